"""Decks, with a copy of the details of the generations that they were created from.

The copy is necessary because generations are deleted long before decks.
"""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy

from flashcards.models.cards import Card
from flashcards.models.study import Schedule

NAME_CHARACTERS = 200
TAG_CHARACTERS = 60


class DeckQuerySet(models.QuerySet["Deck"]):
    def of(self, user: Any) -> "DeckQuerySet":
        """Return the decks of one user that are not in the trash.

        Start every query on behalf of a user here, unless it needs decks in the trash.
        """
        return self.filter(user=user, deleted_at=None)

    def with_card_count(self) -> "DeckQuerySet":
        """Annotate each deck with `card_count`, computed only for the rows that are read."""
        cards = Card.objects.filter(deck=OuterRef("pk"), deleted_at=None).order_by().values("deck")
        return self.annotate(
            card_count=Coalesce(Subquery(cards.annotate(count=Count("pk")).values("count")), 0)
        )

    def with_due_count(self, now: datetime) -> "DeckQuerySet":
        """Annotate each deck with `due_count`, the number of studied cards that are due by now."""
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
    """A user's cards about one topic.

    `generation_ids` are the generations that the deck was created from. `generation_id` is the
    first of them. It is null if the list is empty, or if another deck was already created from it.
    They are not foreign keys, because the deck outlives its generations.

    A deck with `deleted_at` is in the trash, where it can be restored until it is deleted
    permanently.
    """

    id = models.UUIDField(gettext_lazy("id"), primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="decks",
        verbose_name=gettext_lazy("user"),
    )
    name = models.CharField(gettext_lazy("name"), max_length=NAME_CHARACTERS)
    generation_id = models.UUIDField(
        gettext_lazy("generation id"), null=True, blank=True, editable=False
    )
    generation_ids = ArrayField(
        models.UUIDField(),
        default=list,
        blank=True,
        editable=False,
        verbose_name=gettext_lazy("generation ids"),
    )
    model_id = models.CharField(gettext_lazy("model id"), max_length=200, blank=True, default="")
    engine = models.CharField(gettext_lazy("engine"), max_length=40, blank=True, default="")
    prompt_version = models.CharField(
        gettext_lazy("prompt version"), max_length=40, blank=True, default=""
    )
    topic = models.CharField(gettext_lazy("topic"), max_length=200, blank=True, default="")
    source = models.TextField(gettext_lazy("source"), blank=True, default="")
    tags = ArrayField(
        models.CharField(max_length=TAG_CHARACTERS),
        default=list,
        blank=True,
        verbose_name=gettext_lazy("tags"),
    )
    created_at = models.DateTimeField(gettext_lazy("created at"), db_default=Now())
    updated_at = models.DateTimeField(gettext_lazy("updated at"), db_default=Now())
    deleted_at = models.DateTimeField(gettext_lazy("deleted at"), null=True, blank=True)

    objects = DeckQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("deck")
        verbose_name_plural = gettext_lazy("decks")
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
