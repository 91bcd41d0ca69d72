"""Cards of an import that the user has already, wherever they are now."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q

from flashcards.imports.reading import ImportedCard
from flashcards.models import Card
from flashcards.parsing.drafts import card_key


class KnownCards:
    """The user's cards by the names that the file has for them; also those in the bin, out of which an import brings them back."""

    def __init__(self, user: User, cards: Iterable[ImportedCard]) -> None:
        guids = {card.guid for card in cards if card.guid}
        ids = {key for guid in guids if (key := _as_uuid(guid))}
        rows = Card.objects.filter(Q(guid__in=guids) | Q(pk__in=ids), deck__user=user, deck__deleted_at=None)
        self._by_name: dict[str, Card] = {}
        for row in rows.select_related("deck").defer("deck__source").order_by("-deleted_at", "created_at"):
            self._by_name.setdefault(row.guid or str(row.pk), row)

    def find(self, card: ImportedCard) -> Card | None:
        return self._by_name.get(card.guid) if card.guid else None


class Contents:
    """What the cards of decks say, for files whose cards have no names. Each deck is read once."""

    def __init__(self) -> None:
        self._keys: dict[Any, set[tuple[str, str]]] = {}

    def has(self, deck_id: UUID, card: ImportedCard) -> bool:
        """Whether it stands there already; from now on it does."""
        if deck_id not in self._keys:
            sides = Card.objects.filter(deck_id=deck_id).kept().values_list("front", "back")
            self._keys[deck_id] = {card_key(front, back) for front, back in sides}
        key = card_key(card.front, card.back)
        is_there = key in self._keys[deck_id]
        self._keys[deck_id].add(key)
        return is_there


def columns_of(card: ImportedCard, deck_tags: Iterable[str]) -> Mapping[str, Any]:
    """The columns that the file says something about. Tags that the deck has are no tags of the card: our exports give it both."""
    above = {tag.casefold() for tag in deck_tags}
    columns = {
        "front": card.front,
        "back": card.back,
        "kind": card.kind or None,
        "tags": None if card.tags is None else [tag for tag in card.tags if tag.casefold() not in above],
        "sentence": card.sentence,
        "is_found": card.is_found,
        "extras": None if card.extras is None else dict(card.extras),
    }
    return {name: value for name, value in columns.items() if value is not None}


def _as_uuid(name: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(name) if len(name) == 36 else None
    return None
