"""Decks and their cards. Where a deck came from stands on it in words, because generations are deleted long before decks."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now

NAME_CHARACTERS = 200
SIDE_CHARACTERS = 2_000
CARDS_PER_DECK = 2_000


class DeckQuerySet(models.QuerySet["Deck"]):
    def of(self, user: Any) -> "DeckQuerySet":
        """Those of one user: the only door for anything a user asks."""
        return self.filter(user=user)

    def with_card_count(self) -> "DeckQuerySet":
        """With `card_count`, counted for the rows that are read and no others."""
        cards = Card.objects.filter(deck=OuterRef("pk")).order_by().values("deck")
        return self.annotate(card_count=Coalesce(Subquery(cards.annotate(count=Count("pk")).values("count")), 0))


class Deck(models.Model):
    """A user's cards about one thing. `generation_id` is no foreign key: the deck outlives its generation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="decks")
    name = models.CharField(max_length=NAME_CHARACTERS)
    generation_id = models.UUIDField(null=True, blank=True, editable=False)
    model_id = models.CharField(max_length=200, blank=True, default="")
    engine = models.CharField(max_length=40, blank=True, default="")
    prompt_version = models.CharField(max_length=40, blank=True, default="")
    topic = models.CharField(max_length=200, blank=True, default="")
    source = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    objects = DeckQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(name="deck_has_name", condition=~Q(name="")),
            models.UniqueConstraint("generation_id", name="one_deck_per_generation", condition=Q(generation_id__isnull=False)),
        ]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="deck_of_user")]

    def __str__(self) -> str:
        return self.name


class CardQuerySet(models.QuerySet["Card"]):
    def of(self, user: Any) -> "CardQuerySet":
        """The cards in one user's decks."""
        return self.filter(deck__user=user)


class Card(models.Model):
    """Two sides. `extras` are the other members that came with the card, as they came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deck = models.ForeignKey(Deck, models.CASCADE, related_name="cards", db_index=False)  # card_position_once begins with it
    position = models.PositiveIntegerField()
    front = models.CharField(max_length=SIDE_CHARACTERS)
    back = models.CharField(max_length=SIDE_CHARACTERS)
    extras = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    objects = CardQuerySet.as_manager()

    class Meta:
        ordering = ["deck_id", "position"]
        constraints = [
            models.CheckConstraint(name="card_has_both_sides", condition=~Q(front="") & ~Q(back="")),
            models.UniqueConstraint(fields=["deck", "position"], name="card_position_once", deferrable=models.Deferrable.DEFERRED),
        ]

    def __str__(self) -> str:
        return self.front
