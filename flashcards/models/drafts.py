"""Unsaved cards, which the user has not yet saved as a deck or discarded."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

TOPIC_CHARACTERS = 200


class DraftBatchQuerySet(models.QuerySet["DraftBatch"]):
    def of(self, user: Any) -> "DraftBatchQuerySet":
        return self.filter(user=user)


class DraftBatch(models.Model):
    """The unsaved cards of one request, with the user's changes.

    The page that generates cards creates the ID and writes the row whenever the batch changes.
    `record` is what the page needs to continue the batch. `version` grows with each change, so that
    two tabs do not overwrite each other's changes.

    `generation_ids` are the generations of the batch. Cards that arrive in them after the page was
    left belong to the batch too.
    """

    id = models.UUIDField(gettext_lazy("id"), primary_key=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="draft_batches",
        db_index=False,
        verbose_name=gettext_lazy("user"),
    )
    topic = models.CharField(
        gettext_lazy("topic"), max_length=TOPIC_CHARACTERS, blank=True, default=""
    )
    cards = models.JSONField(gettext_lazy("cards"), default=list, blank=True)
    card_count = models.PositiveIntegerField(gettext_lazy("card count"), default=0)
    record = models.JSONField(gettext_lazy("record"), default=dict, blank=True)
    generation_ids = ArrayField(
        models.UUIDField(), default=list, blank=True, verbose_name=gettext_lazy("generation ids")
    )
    version = models.PositiveIntegerField(gettext_lazy("version"), default=1)
    created_at = models.DateTimeField(gettext_lazy("created at"), db_default=Now())
    updated_at = models.DateTimeField(gettext_lazy("updated at"), db_default=Now())

    objects = DraftBatchQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("set of unsaved cards")
        verbose_name_plural = gettext_lazy("sets of unsaved cards")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="draft_batch_of_user")]

    def __str__(self) -> str:
        return self.topic
