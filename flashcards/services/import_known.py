"""Cards of an import that the user has already, wherever they are now."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q

from flashcards.imports.reading import ImportedCard
from flashcards.models import Card, Deck
from flashcards.parsing.drafts import card_key
from flashcards.services.import_shelves import Shelves


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
    """What the cards of decks say, for files whose cards have no names. Decks are read once for each name."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves
        self._decks: dict[str, dict[tuple[str, str], Deck]] = {}

    def deck_with(self, name: str, card: ImportedCard) -> Deck | None:
        """The deck of this name, or its continuation, in which the card stands already."""
        if name not in self._decks:
            self._decks[name] = self._read(name)
        return self._decks[name].get(card_key(card.front, card.back))

    def _read(self, name: str) -> dict[tuple[str, str], Deck]:
        decks = {deck.pk: deck for deck in self._shelves.decks(name)}
        sides = Card.objects.filter(deck_id__in=decks).kept().values_list("front", "back", "deck_id")
        return {card_key(front, back): decks[deck_id] for front, back, deck_id in sides}


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
