"""Decks that new cards of an import go to: found by name, made where there is none, and continued in another once they are full."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Max, Q

from flashcards.models import CARDS_PER_DECK, NAME_CHARACTERS, Deck


class Shelf:
    """One deck with room: its deck row is locked until the transaction ends, so that places are given once."""

    def __init__(self, deck: Deck, *, is_new: bool) -> None:
        self.deck = deck
        self.is_new = is_new
        places = deck.cards.aggregate(count=Count("pk", filter=Q(deleted_at=None)), last=Max("position"))
        self._count: int = places["count"]
        self._last: int = places["last"] or 0

    @property
    def is_full(self) -> bool:
        return self._count >= CARDS_PER_DECK

    def take_back(self) -> bool:
        """Make room for a card that has its place already; False when the deck is full."""
        has_room = not self.is_full
        self._count += has_room
        return has_room

    def take_place(self) -> int:
        """The position of one more card."""
        self._count += 1
        self._last += 1
        return self._last


class Shelves:
    """A user's shelves by the names that a file gives them. `members` are columns of new decks, `known` decks for names."""

    def __init__(self, user: User, members: Mapping[str, Mapping[str, Any]], known: Mapping[str, Deck]) -> None:
        self._user = user
        self._members = members
        self._known = known
        self._open: dict[str, Shelf] = {}
        self.all: dict[Any, Shelf] = {}

    def shelf(self, name: str) -> Shelf:
        """With room for one more card."""
        shelf = self._open.get(name) or self._find(name, self._known.get(name))
        number = 1
        while shelf.is_full:
            number += 1
            shelf = self._find(_numbered(name, number))
        self._open[name] = shelf
        return shelf

    def take_back(self, deck: Deck) -> bool:
        """As Shelf.take_back, for a deck that is locked."""
        if deck.pk not in self.all:
            self.all[deck.pk] = Shelf(deck, is_new=False)
        return self.all[deck.pk].take_back()

    def decks(self, name: str) -> list[Deck]:
        """The decks there are by now for a name, in the order in which they fill."""
        decks: list[Deck] = []
        number = 1
        while deck := self._known.get(name) if number == 1 and name in self._known else self._named(_numbered(name, number)):
            decks.append(deck)
            number += 1
        return decks

    def _named(self, name: str) -> Deck | None:
        return Deck.objects.of(self._user).filter(name=name).order_by("created_at", "id").first()

    def _find(self, name: str, deck: Deck | None = None) -> Shelf:
        locked = Deck.objects.of(self._user).select_for_update().order_by("created_at", "id")
        found = locked.filter(pk=deck.pk).first() if deck else locked.filter(name=name[:NAME_CHARACTERS]).first()
        if found and found.pk in self.all:
            return self.all[found.pk]
        shelf = Shelf(found or self._make(name), is_new=found is None)
        return self.all.setdefault(shelf.deck.pk, shelf)

    def _make(self, name: str) -> Deck:
        return Deck.objects.create(user_id=self._user.pk, name=name[:NAME_CHARACTERS], **self._members.get(name, {}))


def _numbered(name: str, number: int) -> str:
    ending = f" ({number})" if number > 1 else ""
    return name[: NAME_CHARACTERS - len(ending)] + ending
