"""What changes elsewhere mean for sockets."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models.signals import post_save
from django.dispatch import receiver

from sessions_app import events


@receiver(post_save, sender=get_user_model(), dispatch_uid="close sockets of disabled users")
def close_sockets_of_disabled_user(sender: type, instance: AbstractBaseUser, created: bool, **kwargs: Any) -> None:
    if not created and not instance.is_active:
        events.user_disabled(instance.pk)
