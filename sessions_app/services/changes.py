"""The numbered changes in a session.

Each row stores the session's sequence number at which it last changed, so no separate log is
needed. A number is assigned under the lock of the session's row, which is held until the commit.
Therefore a client that has seen n has seen everything below n.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Func, IntegerField

from sessions_app.models import Generation, WebLLMSession

Numbered = tuple[int, Generation, int | None]
# The size of a message without its cards: the IDs, and the `progress` that precedes a card.
MESSAGE_BYTES = 300


class StoredBytes(Func):
    """The size of a column as PostgreSQL stores it, compressed.

    PostgreSQL knows this size without reading the value.
    """

    function = "pg_column_size"
    output_field = IntegerField()


@dataclass(frozen=True)
class Snapshot:
    """A session and its open generations."""

    session: WebLLMSession
    open_generations: list[Generation]


@dataclass(frozen=True)
class Changes:
    """A page of the changes in a session after a number.

    `numbered` contains everything up to `seq` in order, as tuples of the number, the generation,
    and the index of the card, which is None for an outcome. `has_more` is True if another page
    continues after `seq`. `snapshot` is set if a snapshot at `seq` is due.
    """

    seq: int
    numbered: list[Numbered] = field(default_factory=list)
    snapshot: Snapshot | None = None
    has_more: bool = False


class _Changed(NamedTuple):
    """A generation that changed, without the text that its engine wrote."""

    pk: UUID
    seq: int
    moved_seq: int | None
    finished_at: datetime | None
    card_seqs: list[int]
    stored_bytes: int


def session_advance(session_id: UUID, by: int = 1) -> int:
    """Assign the next `by` numbers, and return the last one.

    The session's row stays locked until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sessions_app_webllmsession SET seq = seq + %s WHERE id = %s RETURNING seq",
            [by, session_id],
        )
        return int(cursor.fetchone()[0])


def session_advance_moved(session_id: UUID) -> dict[str, int]:
    """Return the columns, with a new number, of a generation that was just queued or leased."""
    number = session_advance(session_id)
    return {"seq": number, "moved_seq": number}


@transaction.atomic
def changes_since(
    *, session_id: UUID, after: int | None, now: datetime, is_continued: bool = False
) -> Changes:
    """Return the page of changes numbered above `after`, about RESUME_PAGE_BYTES long.

    The last page ends with a snapshot if an open generation was queued or leased above `after`, or
    if the page continues an earlier one (`is_continued`). Return only a snapshot if `after` is None
    or was never assigned, or if more than RESUME_LIMIT generations changed.
    """
    seq = (
        WebLLMSession.objects.select_for_update(of=("self",))
        .values_list("seq", flat=True)
        .get(pk=session_id)
    )
    changed = None if after is None or after > seq else _changed(session_id, after)
    if after is None or changed is None:
        return Changes(seq, snapshot=_snapshot(session_id, now))
    page, has_more = _page(sorted(_numbers(changed, after), key=itemgetter(0)))
    if has_more:
        return Changes(page[-1][0], page, has_more=True)
    has_moved = any(not row.finished_at and (row.moved_seq or 0) > after for row in changed)
    return Changes(seq, page, _snapshot(session_id, now) if has_moved or is_continued else None)


def _snapshot(session_id: UUID, now: datetime) -> Snapshot:
    session = WebLLMSession.objects.as_of(now).select_related("user").get(pk=session_id)
    return Snapshot(
        session, list(Generation.objects.open().filter(session=session_id).order_by("created_at"))
    )


def _changed(session_id: UUID, after: int) -> list[_Changed] | None:
    """Return the generations that changed above `after`, or None if there are too many."""
    rows = Generation.objects.filter(session=session_id, seq__gt=after).order_by("seq")
    sized = rows.annotate(stored_bytes=StoredBytes(F("cards")) + StoredBytes(F("options")))
    changed = [
        _Changed(*row) for row in sized.values_list(*_Changed._fields)[: settings.RESUME_LIMIT + 1]
    ]
    return None if len(changed) > settings.RESUME_LIMIT else changed


def _numbers(changed: Iterable[_Changed], after: int) -> list[tuple[int, _Changed, int | None]]:
    """Return the number of each card and each outcome above `after`."""
    numbers: list[tuple[int, _Changed, int | None]] = []
    for row in changed:
        numbers += [
            (number, row, index) for index, number in enumerate(row.card_seqs) if number > after
        ]
        if row.finished_at:
            numbers.append((row.seq, row, None))
    return numbers


def _page(numbers: list[tuple[int, _Changed, int | None]]) -> tuple[list[Numbered], bool]:
    """Return the first of these changes with their generations, and whether there are more.

    The page has at least one change, even if that is larger than RESUME_PAGE_BYTES.
    """
    page: list[Numbered] = []
    read: dict[UUID, Generation] = {}
    total = 0
    for position, (number, row, index) in enumerate(numbers):
        if row.pk not in read:
            read |= _read(row for _, row, _ in numbers[position:] if row.pk not in read)
        generation = read.get(row.pk)
        if generation is None:  # deleted in the meantime, with its user
            continue
        cards = generation.cards if index is None else generation.cards[index]
        size = MESSAGE_BYTES + len(msgspec.json.encode(cards))
        if page and total + size > settings.RESUME_PAGE_BYTES:
            return page, True
        page.append((number, generation, index))
        total += size
    return page, False


def _read(rows: Iterable[_Changed]) -> dict[UUID, Generation]:
    """Return the first of these generations, up to about the size of a page."""
    wanted: dict[UUID, int] = {}
    stored = 0
    for row in rows:
        stored += 0 if row.pk in wanted else row.stored_bytes
        wanted[row.pk] = row.stored_bytes
        if stored > settings.RESUME_PAGE_BYTES:
            break
    return Generation.objects.defer("prompt").in_bulk(list(wanted))


def has_advanced(*, session_id: UUID, after: int) -> bool:
    """Return whether anything is numbered above `after`, with one small query and no lock."""
    return WebLLMSession.objects.filter(pk=session_id, seq__gt=after).exists()
