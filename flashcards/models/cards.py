"""Cards of decks, and the keys by which their sides are looked up and compared."""

import uuid
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy, pgettext_lazy

from flashcards.card_kinds import DEFAULT_KIND, KIND_CHOICES, KIND_OF_NAME
from flashcards.cloze import filled
from flashcards.parsing.cards import card_key

SIDE_CHARACTERS = 2_000
CARDS_PER_DECK = 2_000
KEYS = {"front": "front_key", "back": "back_key"}


def side_key(text: str) -> UUID:
    """Return the 16-byte key that sides with the same text share.

    Differences in capitalization, character width, white space and final punctuation are ignored.
    """
    normalized, _ = card_key(text, "")
    return UUID(bytes=blake2b(normalized.encode(), digest_size=16).digest())


class SideKeyField(models.UUIDField):
    """The key of the side named `side`, updated whenever the card is saved.

    Only Python computes keys, so there is a single rule, and SQL can compare them.
    """

    def __init__(self, *args: Any, side: str = "", **kwargs: Any) -> None:
        self.side = side
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"side": self.side}

    def pre_save(self, model_instance: models.Model, add: bool) -> UUID:
        key = side_key(getattr(model_instance, self.side))
        setattr(model_instance, self.attname, key)
        return key


class CardQuerySet(models.QuerySet["Card"]):
    def of(self, user: Any) -> "CardQuerySet":
        """Return the cards in one user's decks, except those in the trash."""
        return self.filter(deck__user=user, deck__deleted_at=None, deleted_at=None)

    def kept(self) -> "CardQuerySet":
        """Return the cards that are not in the trash."""
        return self.filter(deleted_at=None)

    def bulk_update(
        self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None
    ) -> int:
        """Update the cards, including the keys of changed sides.

        Django's own method would leave the keys unchanged.
        """
        cards, names = list(objs), with_keys(fields)
        for side in set(KEYS) & set(names):
            for card in cards:
                setattr(card, KEYS[side], side_key(getattr(card, side)))
        return super().bulk_update(cards, names, batch_size)


def with_keys(fields: Iterable[str]) -> list[str]:
    """Return the names of the columns, with the key column of each side among them."""
    names = list(fields)
    return list(dict.fromkeys([*names, *(KEYS[name] for name in names if name in KEYS)]))


class Card(models.Model):
    """A card with a front and a back.

    - `extras` contains the other fields that were sent with the card.
    - `sentence` is the sentence of the deck's source that the card comes from.
    - `is_found` is whether the card was found in the source. It is null if there was no source or
      the check was not possible.
    - `guid` identifies an imported note when it is imported again. It is empty for all other
      cards.
    """

    id = models.UUIDField(gettext_lazy("id"), primary_key=True, default=uuid.uuid4, editable=False)
    # The index of `card_position_once` starts with this column.
    deck = models.ForeignKey(
        "flashcards.Deck",
        models.CASCADE,
        related_name="cards",
        db_index=False,
        verbose_name=gettext_lazy("deck"),
    )
    position = models.PositiveIntegerField(gettext_lazy("position"))
    front = models.CharField(pgettext_lazy("side of a card", "front"), max_length=SIDE_CHARACTERS)
    back = models.CharField(pgettext_lazy("side of a card", "back"), max_length=SIDE_CHARACTERS)
    front_key = SideKeyField(gettext_lazy("front key"), side="front", editable=False)
    back_key = SideKeyField(gettext_lazy("back key"), side="back", editable=False)
    kind = models.CharField(
        gettext_lazy("kind"), max_length=12, choices=KIND_CHOICES, default=DEFAULT_KIND.name
    )
    extras = models.JSONField(gettext_lazy("extras"), default=dict, blank=True)
    tags = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=gettext_lazy("tags")
    )
    sentence = models.TextField(gettext_lazy("sentence"), blank=True, default="")
    is_found = models.BooleanField(gettext_lazy("is found"), null=True, blank=True)
    guid = models.CharField(gettext_lazy("guid"), max_length=64, blank=True, default="")
    created_at = models.DateTimeField(gettext_lazy("created at"), db_default=Now())
    updated_at = models.DateTimeField(gettext_lazy("updated at"), db_default=Now())
    deleted_at = models.DateTimeField(gettext_lazy("deleted at"), null=True, blank=True)

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("card")
        verbose_name_plural = gettext_lazy("cards")
        ordering = ["deck_id", "position"]
        constraints = [
            models.CheckConstraint(
                name="card_has_both_sides", condition=~Q(front="") & ~Q(back="")
            ),
            models.UniqueConstraint(
                fields=["deck", "position"],
                name="card_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["deck", "guid"], name="card_guid_once", condition=~Q(guid="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["deck", "front_key", "back_key"],
                name="card_keys",
                condition=Q(deleted_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.front

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        super().save(
            *args,
            update_fields=update_fields if update_fields is None else with_keys(update_fields),
            **kwargs,
        )

    @property
    def filled(self) -> str:
        """The front with its gaps filled in, or an empty string for kinds without gaps."""
        return filled(self.front) if KIND_OF_NAME[self.kind].has_gaps else ""
