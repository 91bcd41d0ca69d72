"""Decks. Where a deck came from stands on it in words, because generations are deleted long before
decks.
"""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now

from flashcards.models.cards import Card
from flashcards.models.study import Schedule

NAME_CHARACTERS = 200
TAG_CHARACTERS = 60


class DeckQuerySet(models.QuerySet["Deck"]):
    def of(self, user: Any) -> "DeckQuerySet":
        """Those of one user that are not in the bin: the only door for anything a user asks."""
        return self.filter(user=user, deleted_at=None)

    def with_card_count(self) -> "DeckQuerySet":
        """With `card_count`, counted for the rows that are read and no others."""
        cards = Card.objects.filter(deck=OuterRef("pk"), deleted_at=None).order_by().values("deck")
        return self.annotate(
            card_count=Coalesce(Subquery(cards.annotate(count=Count("pk")).values("count")), 0)
        )

    def with_due_count(self, now: datetime) -> "DeckQuerySet":
        """With `due_count`: the cards that were studied before and are to be asked again by now."""
        due = (
            Schedule.objects.filter(
                card__deck=OuterRef("pk"), card__deleted_at=None, due_at__lte=now
            )
            .order_by()
            .values("card__deck")
        )
        return self.annotate(
            due_count=Coalesce(Subquery(due.annotate(count=Count("pk")).values("count")), 0)
        )


class Deck(models.Model):
    """A user's cards about one thing.

    `generation_ids` are all generations it was made of, `generation_id` the first, unless another
    deck was made of that; no foreign keys, because the deck outlives its generations. With
    `deleted_at` it is in the bin, from where it can be brought back until it is deleted for good.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="decks")
    name = models.CharField(max_length=NAME_CHARACTERS)
    generation_id = models.UUIDField(null=True, blank=True, editable=False)
    generation_ids = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)
    model_id = models.CharField(max_length=200, blank=True, default="")
    engine = models.CharField(max_length=40, blank=True, default="")
    prompt_version = models.CharField(max_length=40, blank=True, default="")
    topic = models.CharField(max_length=200, blank=True, default="")
    source = models.TextField(blank=True, default="")
    tags = ArrayField(models.CharField(max_length=TAG_CHARACTERS), default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = DeckQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(name="deck_has_name", condition=~Q(name="")),
            models.UniqueConstraint(
                "generation_id",
                name="one_deck_per_generation",
                condition=Q(generation_id__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="deck_of_user")]

    def __str__(self) -> str:
        return self.name
