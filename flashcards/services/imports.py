"""What was read out of a file, saved: new cards into decks named as in the file, known ones updated where they are.

A card is known again by its `guid`, or by its own id when the file is one of our exports. All of it happens in one transaction: a file
is imported whole or not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models.functions import Now

from flashcards.cloze import has_gaps
from flashcards.imports.progress import SAVING, Progress
from flashcards.imports.reading import ImportedCard, LeftOut, Reading
from flashcards.models import NAME_CHARACTERS, Card, CardKind, Deck
from flashcards.services.import_known import Contents, KnownCards, columns_of
from flashcards.services.import_shelves import Shelves
from flashcards.services.places import NO_DECK, decks_lock_all, decks_touch
from sessions_app.exceptions import NotFound

BATCH = 500
IMPORTS = 1  # the first number of PostgreSQL's advisory locks that are held here, the user's id is the second
SAME_MOMENT = timedelta(seconds=1)  # packages count whole seconds
UPDATED = ["front", "back", "kind", "tags", "sentence", "is_found", "extras", "updated_at", "deleted_at"]


@dataclass
class DeckReport:
    """What an import did to one deck."""

    deck: Deck
    is_new: bool = False
    added: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass
class ImportReport:
    """What an import did. `decks` by their ids."""

    format: str
    left_out: LeftOut
    decks: dict[UUID, DeckReport] = field(default_factory=dict)

    def of(self, deck: Deck) -> DeckReport:
        return self.decks.setdefault(deck.pk, DeckReport(deck))

    def total(self, what: str) -> int:
        """`what`: added, updated or unchanged."""
        return sum(getattr(one, what) for one in self.decks.values())


@transaction.atomic
def import_save(*, user: User, reading: Reading, name: str, deck_id: UUID | None = None, progress: Progress | None = None) -> ImportReport:
    """Save it all. Cards whose file names no deck go into one called `name`; with `deck_id`, new cards of any name go into that deck.

    Raises NotFound, and whatever `progress` raises to stop: nothing is saved then.
    """
    _lock(user)
    target = _target(user, deck_id)
    run = _Run(user, reading, name[:NAME_CHARACTERS], target)
    progress = progress or Progress()
    progress.begin(SAVING, len(reading.cards))
    for card in reading.cards:
        run.take(card)
        progress.step()
    return run.finish()


def _lock(user: User) -> None:
    """Two imports of one file at once would both find nothing, and a card that is edited meanwhile would be written over. The user's
    row is left alone: a sign-in writes to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORTS, user.pk])
    decks_lock_all(user=user)


def _target(user: User, deck_id: UUID | None) -> Deck | None:
    deck = Deck.objects.of(user).filter(pk=deck_id).first() if deck_id else None
    if deck_id and deck is None:
        raise NotFound(NO_DECK)
    return deck


class _Run:
    """One import on its way."""

    def __init__(self, user: User, reading: Reading, name: str, target: Deck | None) -> None:
        self._name = name
        self._known = KnownCards(user, reading.cards)
        self._target = target
        members = {name[:NAME_CHARACTERS]: columns for name, columns in reading.decks.items()}
        self._shelves = Shelves(user, members, self._decks_of_names(reading))
        self._contents = Contents(self._shelves)
        self._added: list[Card] = []
        self._updated: list[Card] = []
        self._report = ImportReport(reading.format, reading.left_out)

    def take(self, card: ImportedCard) -> None:
        known = self._known.find(card)
        if known is None or (known.deleted_at and not self._shelves.take_back(known.deck)):
            self._add(card)
        elif known.deleted_at:
            self._update(known, columns_of(card, known.deck.tags), card)
            self._report.of(known.deck).added += 1
        else:
            self._compare(known, card)

    def finish(self) -> ImportReport:
        """Write it down."""
        Card.objects.bulk_create(self._added, batch_size=BATCH)
        Card.objects.bulk_update(self._updated, UPDATED, batch_size=BATCH)
        decks_touch({key for key, one in self._report.decks.items() if one.added or one.updated})
        return self._report

    def _decks_of_names(self, reading: Reading) -> dict[str, Deck]:
        """Where new cards go whose fellows are here already, under whatever name by now."""
        decks: dict[str, Deck] = {}
        for card in reading.cards:
            known = self._known.find(card)
            if self._target or known:
                decks.setdefault(self._name_of(card), self._target or known.deck)  # type: ignore[union-attr]
        return decks

    def _name_of(self, card: ImportedCard) -> str:
        return self._name if self._target else (card.deck or self._name)[:NAME_CHARACTERS]

    def _add(self, card: ImportedCard) -> None:
        name = self._name_of(card)
        deck_with = None if card.guid else self._contents.deck_with(name, card)
        if deck_with:
            self._report.of(deck_with).unchanged += 1
            return
        shelf = self._shelves.shelf(name)
        report = self._report.of(shelf.deck)
        report.is_new = shelf.is_new
        columns = columns_of(card, shelf.deck.tags)
        changed_at = {"updated_at": card.changed_at} if card.changed_at else {}
        self._added.append(Card(deck=shelf.deck, position=shelf.take_place(), guid=card.guid, **columns, **changed_at))
        report.added += 1

    def _compare(self, known: Card, card: ImportedCard) -> None:
        columns = columns_of(card, known.deck.tags)
        report = self._report.of(known.deck)
        is_same = all(getattr(known, name) == value for name, value in columns.items())
        lateness = known.updated_at - card.changed_at if card.changed_at else None
        if is_same or (lateness is not None and abs(lateness) < SAME_MOMENT):
            report.unchanged += 1
        elif lateness is not None and lateness > timedelta():
            report.unchanged += 1
            self._report.left_out.add("changed_here", known.front)
        else:
            self._update(known, columns, card)
            report.updated += 1

    def _update(self, known: Card, columns: Mapping[str, Any], card: ImportedCard) -> None:
        for name, value in columns.items():
            setattr(known, name, value)
        if known.kind == CardKind.CLOZE and not has_gaps(known.front):
            known.kind = CardKind.BASIC  # its gaps are gone
        known.updated_at = card.changed_at or Now()
        known.deleted_at = None
        self._updated.append(known)
