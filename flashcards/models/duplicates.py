"""Duplicate cards that a user keeps on purpose."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy


class IgnoredDuplicateQuerySet(models.QuerySet["IgnoredDuplicate"]):
    def of(self, user: Any) -> "IgnoredDuplicateQuerySet":
        return self.filter(user=user)


class IgnoredDuplicate(models.Model):
    """A front whose duplicates are hidden from the user.

    They are shown again when more than `count` of the user's cards have this front.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="ignored_duplicates",
        db_index=False,
        verbose_name=gettext_lazy("user"),
    )
    front_key = models.UUIDField(gettext_lazy("front key"))
    count = models.PositiveIntegerField(gettext_lazy("count"))

    objects = IgnoredDuplicateQuerySet.as_manager()

    class Meta:
        db_table = "flashcards_kepttwins"
        verbose_name = gettext_lazy("ignored duplicate")
        verbose_name_plural = gettext_lazy("ignored duplicates")
        constraints = [
            models.UniqueConstraint(fields=["user", "front_key"], name="twins_kept_once")
        ]

    def __str__(self) -> str:
        return str(self.front_key)
