"""Save imported cards.

New cards are added to the decks named in the file, and existing cards are updated. A card is
recognized by its `guid`, or by its own ID if the file is a MindFlip export. Everything happens in
one transaction, so a file is imported completely or not at all.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Count, Max, Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from redis.exceptions import RedisError

from flashcards.cloze import usable_kind
from flashcards.formats.cards import ImportedCard, ParsedFile, SkippedCards
from flashcards.formats.limits import SAVING, FileRejected, Progress
from flashcards.models import CARDS_PER_DECK, NAME_CHARACTERS, Card, Deck
from flashcards.parsing.cards import card_key
from flashcards.services.locks import NO_DECK, decks_lock_all, decks_touch
from sessions_app.exceptions import NotFound

BATCH = 500
# The first key of the PostgreSQL advisory lock for imports. The second key is the user's ID.
IMPORTS = 1
SAME_MOMENT = timedelta(seconds=1)  # Anki packages store times in whole seconds
UPDATED = [
    "front",
    "back",
    "kind",
    "tags",
    "sentence",
    "is_found",
    "extras",
    "updated_at",
    "deleted_at",
]
RETENTION_SECONDS = 60


@dataclass
class DeckReport:
    """The result of an import for one deck."""

    deck: Deck
    is_new: bool = False
    added: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass
class ImportReport:
    """The result of an import, with a report for each deck by its ID."""

    format: str
    left_out: SkippedCards
    decks: dict[UUID, DeckReport] = field(default_factory=dict)

    def of(self, deck: Deck) -> DeckReport:
        return self.decks.setdefault(deck.pk, DeckReport(deck))

    def total(self, what: str) -> int:
        """Return the total of `what`: added, updated or unchanged."""
        return sum(getattr(deck_report, what) for deck_report in self.decks.values())


@transaction.atomic
def import_save(
    *,
    user: User,
    reading: ParsedFile,
    name: str,
    deck_id: UUID | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Save the cards of a file and return a report.

    With `deck_id`, all new cards are added to that deck. Without it, they are added to the decks
    that they name, and cards that name no deck are added to a deck called `name`.

    Raise NotFound, or the exception by which `progress` stops the import. In either case, nothing
    is saved.
    """
    # Without the locks, two concurrent imports of one file would both add its cards, and a
    # concurrent edit of a card would be overwritten. The user's row is not locked because signing
    # in writes to it.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORTS, user.pk])
    decks_lock_all(user=user)
    target = Deck.objects.of(user).filter(pk=deck_id).first() if deck_id else None
    if deck_id and target is None:
        raise NotFound(NO_DECK)
    run = _Importer(user, reading, name[:NAME_CHARACTERS], target)
    progress = progress or Progress()
    progress.begin(SAVING, len(reading.cards))
    for card in reading.cards:
        run.take(card)
        progress.step()
    return run.finish()


class _Importer:
    """A running import."""

    def __init__(self, user: User, reading: ParsedFile, name: str, target: Deck | None) -> None:
        self._name = name
        self._known = ExistingCards(user, reading.cards)
        self._target = target
        columns_by_name = {
            name[:NAME_CHARACTERS]: columns for name, columns in reading.decks.items()
        }
        self._allocator = DeckAllocator(user, columns_by_name, self._decks_of_names(reading))
        self._contents = DeckContents(self._allocator)
        self._added: list[Card] = []
        self._updated: list[Card] = []
        self._report = ImportReport(reading.format, reading.left_out)

    def take(self, card: ImportedCard) -> None:
        known = self._known.find(card)
        if known is None or (known.deleted_at and not self._allocator.take_back(known.deck)):
            self._add(card)
        elif known.deleted_at:
            self._update(known, columns_of(card, known.deck.tags), card)
            self._report.of(known.deck).added += 1
        else:
            self._compare(known, card)

    def finish(self) -> ImportReport:
        """Write the changes to the database and return the report."""
        Card.objects.bulk_create(self._added, batch_size=BATCH)
        Card.objects.bulk_update(self._updated, UPDATED, batch_size=BATCH)
        decks_touch(
            {
                key
                for key, deck_report in self._report.decks.items()
                if deck_report.added or deck_report.updated
            }
        )
        return self._report

    def _decks_of_names(self, reading: ParsedFile) -> dict[str, Deck]:
        """Return the existing deck for each deck name in the file, if there is one.

        New cards are added to the deck of existing cards with the same deck name in the file, even
        if that deck was renamed.
        """
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
        slot = self._allocator.slot(name)
        report = self._report.of(slot.deck)
        report.is_new = slot.is_new
        columns = columns_of(card, slot.deck.tags)
        changed_at = {"updated_at": card.changed_at} if card.changed_at else {}
        self._added.append(
            Card(
                deck=slot.deck,
                position=slot.take_place(),
                guid=card.guid,
                **columns,
                **changed_at,
            )
        )
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
        known.kind = usable_kind(known.kind, known.front)  # the new front may have no gaps
        known.updated_at = card.changed_at or Now()
        known.deleted_at = None
        self._updated.append(known)


class DeckSlot:
    """A deck that receives cards, and its next position.

    The deck's row is locked until the transaction ends, so that each position is assigned once.
    """

    def __init__(self, deck: Deck, *, is_new: bool) -> None:
        self.deck = deck
        self.is_new = is_new
        places = deck.cards.aggregate(
            count=Count("pk", filter=Q(deleted_at=None)), last=Max("position")
        )
        self._count: int = places["count"]
        self._last: int = places["last"] or 0

    @property
    def is_full(self) -> bool:
        return self._count >= CARDS_PER_DECK

    def take_back(self) -> bool:
        """Count a card that returns to its position from the trash.

        Return False if the deck is full.
        """
        has_room = not self.is_full
        self._count += has_room
        return has_room

    def take_place(self) -> int:
        """Return the position for one more card."""
        self._count += 1
        self._last += 1
        return self._last


class DeckAllocator:
    """The decks that receive the cards of a file, by their names in the file.

    `columns_by_name` contains the columns of new decks, and `known` the existing decks.
    """

    def __init__(
        self,
        user: User,
        columns_by_name: Mapping[str, Mapping[str, Any]],
        known: Mapping[str, Deck],
    ) -> None:
        self._user = user
        self._columns_by_name = columns_by_name
        self._known = known
        self._open: dict[str, DeckSlot] = {}
        self.all: dict[Any, DeckSlot] = {}

    def slot(self, name: str) -> DeckSlot:
        """Return a deck of this name, or its continuation, that has room for one more card."""
        slot = self._open.get(name) or self._find(name, self._known.get(name))
        number = 1
        while slot.is_full:
            number += 1
            slot = self._find(_numbered(name, number))
        self._open[name] = slot
        return slot

    def take_back(self, deck: Deck) -> bool:
        """Call `DeckSlot.take_back` for a deck that is already locked."""
        if deck.pk not in self.all:
            self.all[deck.pk] = DeckSlot(deck, is_new=False)
        return self.all[deck.pk].take_back()

    def decks(self, name: str) -> list[Deck]:
        """Return the existing decks for a name, in the order in which they are filled."""
        rows = Deck.objects.of(self._user).order_by("created_at", "id")
        decks: list[Deck] = []
        deck = self._known.get(name) or rows.filter(name=_numbered(name, 1)).first()
        while deck:
            decks.append(deck)
            deck = rows.filter(name=_numbered(name, len(decks) + 1)).first()
        return decks

    def _find(self, name: str, deck: Deck | None = None) -> DeckSlot:
        locked = Deck.objects.of(self._user).select_for_update().order_by("created_at", "id")
        existing = (
            locked.filter(pk=deck.pk).first()
            if deck
            else locked.filter(name=name[:NAME_CHARACTERS]).first()
        )
        if existing and existing.pk in self.all:
            return self.all[existing.pk]
        slot = DeckSlot(existing or self._make(name), is_new=existing is None)
        return self.all.setdefault(slot.deck.pk, slot)

    def _make(self, name: str) -> Deck:
        return Deck.objects.create(
            user_id=self._user.pk,
            name=name[:NAME_CHARACTERS],
            **self._columns_by_name.get(name, {}),
        )


def _numbered(name: str, number: int) -> str:
    ending = f" ({number})" if number > 1 else ""
    return name[: NAME_CHARACTERS - len(ending)] + ending


class ExistingCards:
    """The existing cards of the user that are in the file, by `guid` or ID.

    They include cards in the trash, because an import restores them, but not the cards of decks in
    the trash.
    """

    def __init__(self, user: User, cards: Iterable[ImportedCard]) -> None:
        guids = {card.guid for card in cards if card.guid}
        ids = {key for guid in guids if (key := _as_uuid(guid))}
        rows = Card.objects.filter(
            Q(guid__in=guids) | Q(pk__in=ids), deck__user=user, deck__deleted_at=None
        )
        self._by_name: dict[str, Card] = {}
        for row in (
            rows.select_related("deck").defer("deck__source").order_by("-deleted_at", "created_at")
        ):
            self._by_name.setdefault(row.guid or str(row.pk), row)

    def find(self, card: ImportedCard) -> Card | None:
        return self._by_name.get(card.guid) if card.guid else None


class DeckContents:
    """The text of the cards in existing decks, to recognize cards that have no `guid`.

    The decks of each name are read once.
    """

    def __init__(self, allocator: DeckAllocator) -> None:
        self._allocator = allocator
        self._decks: dict[str, dict[tuple[str, str], Deck]] = {}

    def deck_with(self, name: str, card: ImportedCard) -> Deck | None:
        """Return the deck of this name, or its continuation, that already contains the card."""
        if name not in self._decks:
            self._decks[name] = self._read(name)
        return self._decks[name].get(card_key(card.front, card.back))

    def _read(self, name: str) -> dict[tuple[str, str], Deck]:
        decks = {deck.pk: deck for deck in self._allocator.decks(name)}
        sides = (
            Card.objects.filter(deck_id__in=decks).kept().values_list("front", "back", "deck_id")
        )
        return {card_key(front, back): decks[deck_id] for front, back, deck_id in sides}


def columns_of(card: ImportedCard, deck_tags: Iterable[str]) -> Mapping[str, Any]:
    """Return the columns that the file contains.

    Tags of the deck are removed from the card, because our Anki packages contain them on each card.
    """
    above = {tag.casefold() for tag in deck_tags}
    columns = {
        "front": card.front,
        "back": card.back,
        "kind": card.kind or None,
        "tags": None
        if card.tags is None
        else [tag for tag in card.tags if tag.casefold() not in above],
        "sentence": card.sentence,
        "is_found": card.is_found,
        "extras": None if card.extras is None else dict(card.extras),
    }
    return {name: value for name, value in columns.items() if value is not None}


def _as_uuid(name: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(name) if len(name) == 36 else None
    return None


class ImportProgress:
    """The progress of one import of a user, identified by the ID that the client created.

    If Redis is not available, progress is not reported and the import cannot be cancelled.
    """

    def __init__(self, user: User, import_id: UUID) -> None:
        self._key = f"import:{user.pk}:{import_id}"

    def listen(self, phase: str, done: int, total: int) -> None:
        """Record the progress.

        Raise FileRejected (`cancelled`) if the import was cancelled.
        """
        with suppress(RedisError):
            if cache.get(f"{self._key}:cancelled"):
                message = gettext("The import was cancelled: nothing was saved.")
                raise FileRejected(message, code="cancelled")
            cache.set(self._key, {"phase": phase, "done": done, "total": total}, RETENTION_SECONDS)

    def seen(self) -> dict[str, Any] | None:
        """Return `{phase, done, total}` in cards, or None if the import is unknown."""
        with suppress(RedisError):
            known: dict[str, Any] | None = cache.get(self._key)
            return known
        return None

    def cancel(self) -> None:
        """Cancel the import, even if it has not started yet.

        It stops when it next reports its progress. The request to cancel expires after
        RETENTION_SECONDS.
        """
        with suppress(RedisError):
            cache.set(f"{self._key}:cancelled", True, RETENTION_SECONDS)
