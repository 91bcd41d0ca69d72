"""Accounts that were erased: that it happened and when, and of whom only until it is done."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Erasure(models.Model):
    """One account's end. `user` is there until the last row is gone; what stays says that an account was erased, and nothing of whose."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="erasure")
    asked_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["asked_at"], name="erasure_to_finish", condition=models.Q(finished_at=None))]

    def __str__(self) -> str:
        return f"erasure asked for at {self.asked_at:%Y-%m-%d %H:%M}"
