"""The fates of generated cards, as numbers."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy, pgettext_lazy

from flashcards.card_kinds import KIND_CHOICES


class CardFatesQuerySet(models.QuerySet["CardFates"]):
    def of(self, user: Any) -> "CardFatesQuerySet":
        return self.filter(user=user)


class CardFates(models.Model):
    """How many cards of one generation and kind were kept, edited, regenerated and discarded.

    `origin_id` is the generation. Instant cards, which no model made, have an empty `model_id`;
    their `origin_id` is their draft, or their deck if they had no draft. `is_saved` is true if
    cards of the batch were saved as a deck, and false if the whole batch was discarded.
    """

    # The constraint `card_fates_once` starts with this column.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="card_fates",
        db_index=False,
        verbose_name=gettext_lazy("user"),
    )
    origin_id = models.UUIDField(gettext_lazy("origin id"))
    model_id = models.CharField(gettext_lazy("model id"), max_length=200, blank=True, default="")
    prompt_version = models.CharField(
        gettext_lazy("prompt version"), max_length=40, blank=True, default=""
    )
    kind = models.CharField(gettext_lazy("kind"), max_length=12, choices=KIND_CHOICES)
    kept = models.PositiveIntegerField(pgettext_lazy("fate of cards", "kept"), default=0)
    edited = models.PositiveIntegerField(pgettext_lazy("fate of cards", "edited"), default=0)
    regenerated = models.PositiveIntegerField(
        pgettext_lazy("fate of cards", "regenerated"), default=0
    )
    discarded = models.PositiveIntegerField(pgettext_lazy("fate of cards", "discarded"), default=0)
    is_saved = models.BooleanField(gettext_lazy("is saved"))
    recorded_at = models.DateTimeField(gettext_lazy("recorded at"), db_default=Now())

    objects = CardFatesQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("fates of generated cards")
        verbose_name_plural = gettext_lazy("fates of generated cards")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "origin_id", "model_id", "kind"], name="card_fates_once"
            )
        ]
        indexes = [models.Index(fields=["recorded_at"], name="card_fates_recorded")]

    def __str__(self) -> str:
        return str(self.origin_id)
