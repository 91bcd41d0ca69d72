"""Cards that ask the same and are meant to."""

from typing import Any

from django.conf import settings
from django.db import models


class IgnoredDuplicateQuerySet(models.QuerySet["IgnoredDuplicate"]):
    def of(self, user: Any) -> "IgnoredDuplicateQuerySet":
        return self.filter(user=user)


class IgnoredDuplicate(models.Model):
    """A user keeps all cards whose front has this key: they are no longer shown as duplicates until
    there are more than `count`.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="ignored_duplicates", db_index=False
    )
    front_key = models.UUIDField()
    count = models.PositiveIntegerField()

    objects = IgnoredDuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "kept twins"
        constraints = [
            models.UniqueConstraint(fields=["user", "front_key"], name="twins_kept_once")
        ]

    def __str__(self) -> str:
        return str(self.front_key)
