"""What changes elsewhere mean for sockets."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from sessions_app import events

DOORS = {"is_active", "password"}


@receiver(post_save, sender=get_user_model(), dispatch_uid="sockets of a changed user")
def sockets_of_changed_user(
    sender: type,
    instance: AbstractBaseUser,
    created: bool,
    update_fields: Collection[str] | None,
    **kwargs: Any,
) -> None:
    """Not for a mere sign-in, which notes its time and nothing else."""
    if not created and DOORS & set(update_fields or DOORS):
        events.user_changed(instance.pk)


@receiver(post_delete, sender=get_user_model(), dispatch_uid="sockets of a deleted user")
def sockets_of_deleted_user(sender: type, instance: AbstractBaseUser, **kwargs: Any) -> None:
    events.user_changed(instance.pk)


@receiver(post_save, sender="token_blacklist.OutstandingToken", dispatch_uid="a token is a sign-in")
def record_token_use(sender: type, instance: Any, created: bool, **kwargs: Any) -> None:
    """Whoever renews a token uses the account: unused ones may be erased
    (MINDFLIP_INACTIVE_ACCOUNT_DAYS).
    """
    if created:
        get_user_model().objects.filter(pk=instance.user_id).update(last_login=timezone.now())
