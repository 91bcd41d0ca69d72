"""Receivers of changes to users and tokens."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from sessions_app import events

ACCESS_FIELDS = {"is_active", "password"}


@receiver(post_save, sender=get_user_model(), dispatch_uid="sockets_of_changed_user")
def sockets_of_changed_user(
    sender: type,
    instance: AbstractBaseUser,
    created: bool,
    update_fields: Collection[str] | None,
    **kwargs: Any,
) -> None:
    """Make the user's sockets check whether they may stay open.

    Saves whose `update_fields` contain neither `is_active` nor `password` are ignored, such as the
    one that records the time of a sign-in.
    """
    if not created and ACCESS_FIELDS & set(update_fields or ACCESS_FIELDS):
        events.user_changed(instance.pk)


@receiver(post_delete, sender=get_user_model(), dispatch_uid="sockets_of_deleted_user")
def sockets_of_deleted_user(sender: type, instance: AbstractBaseUser, **kwargs: Any) -> None:
    events.user_changed(instance.pk)


@receiver(post_save, sender="token_blacklist.OutstandingToken", dispatch_uid="record_token_use")
def record_token_use(sender: type, instance: Any, created: bool, **kwargs: Any) -> None:
    """Set the user's `last_login` when a token is issued or renewed.

    Accounts that are not used for MINDFLIP_INACTIVE_ACCOUNT_DAYS may be deleted.
    """
    if created:
        get_user_model().objects.filter(pk=instance.user_id).update(last_login=timezone.now())
