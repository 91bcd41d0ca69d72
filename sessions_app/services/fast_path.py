"""The fast path of the guide's dialect: requester and engine are the same socket, and nothing is
queued before the request.

Most generations of that dialect take it: one statement when it is requested, one when it is
answered, and those of many sockets go to the database together. Each statement carries all of its
conditions and changes nothing when one does not hold; then the general path, in `generations` and
`responses`, finds out why. It is SQL because compiling the statements again each time costs ten
times what they cost, and they are prepared on each connection, because Django writes parameters
into a statement's text, so that PostgreSQL plans each one again (docs/performance.md).
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

from sessions_app.models import ALIVE, OPEN, Generation
from sessions_app.services.leases import EngineRef, assign_lease
from sessions_app.services.outcomes import Outcome, final_columns

log = logging.getLogger(__name__)
# the first number says what is locked; imports have 1 (flashcards/services/imports.py)
_LOCK = "SELECT pg_advisory_xact_lock(2, one) FROM unnest(%s::int[]) AS one"


def _words(states: Iterable[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)


_BEGIN = """
WITH waiting AS (SELECT session_id, slot FROM sessions_app_generation WHERE user_id = %(user)s
    AND status IN (<open>)),
begun AS (
    INSERT INTO sessions_app_generation (
        id, session_id, user_id, kind, prompt, prompt_version, options, result_key, requester,
        request_id, created_at, queued_at,
        status, engine, engine_name, lease, lease_expires_at, attempt_count,
        slot, asks, cards, is_partial, usage, error_code, error, card_seqs)
    SELECT
        %(id)s, id, user_id, %(kind)s, %(prompt)s, %(prompt_version)s, %(options)s::jsonb,
        %(result_key)s, %(channel)s, %(request_id)s,
        %(now)s, %(now)s, 'leased', %(channel)s, %(engine_name)s, %(lease)s, %(lease_expires_at)s,
        1,
        slot, 0, '[]', false, '{}', '', '', '{}'
    FROM sessions_app_webllmsession, (
        SELECT slot FROM generate_series(0, %(most)s - 1) AS slots (slot)
        WHERE NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.slot = slots.slot)
            ORDER BY random() LIMIT 1) AS free
    WHERE id = %(session)s AND user_id = %(user)s AND status IN (<alive>)
        AND last_activity_at > %(lately)s
        AND NOT EXISTS (SELECT 1 FROM waiting WHERE session_id = %(session)s)
    ON CONFLICT DO NOTHING
    RETURNING id)
INSERT INTO sessions_app_attempt (generation_id, number, engine, engine_name, started_at, outcome,
    reason, card_count)
SELECT id, 1, %(channel)s, %(engine_name)s, %(now)s, '', '', 0 FROM begun
RETURNING (SELECT count(*) FROM waiting)
"""
_BEGIN = _BEGIN.replace("<open>", _words(OPEN)).replace("<alive>", _words(ALIVE))
_END = """
WITH done AS (
    UPDATE sessions_app_generation
    SET status = %(status)s, cards = %(cards)s::jsonb, is_partial = %(is_partial)s,
    usage = %(usage)s::jsonb, lease = NULL,
        lease_expires_at = NULL, first_card_at = %(first_card_at)s, finished_at = %(finished_at)s,
        error_code = %(error_code)s, error = %(error)s
    WHERE id = %(id)s AND lease = %(lease)s AND asks = %(asks)s AND status = 'leased'
        AND engine = %(channel)s AND requester = %(channel)s
    RETURNING id)
UPDATE sessions_app_attempt SET ended_at = %(finished_at)s, outcome = %(outcome)s,
    reason = %(error)s, card_count = %(card_count)s
FROM done WHERE generation_id = done.id AND ended_at IS NULL
"""
_FIELDS = Generation._meta.concrete_fields
_NAMES = [field.attname for field in _FIELDS]
_JSON = [at for at, field in enumerate(_FIELDS) if field.get_internal_type() == "JSONField"]
_COLUMNS = ", ".join(str(field.column) for field in _FIELDS)
_HELD = f"SELECT {_COLUMNS} FROM sessions_app_generation WHERE status = 'leased' AND engine = %s"  # noqa: S608


def start_generations(begun: Sequence[tuple[Generation, EngineRef, datetime]]) -> list[int | None]:
    """Write each new generation as leased to its asker's own engine since then, with its attempt;
    how many of the user's are open before it. None, and nothing is written, when the session is not
    certainly alive, something of it waits, the queue is full, or the request or the engine has a
    generation already.
    """
    for generation, engine, now in begun:
        assign_lease(generation=generation, engine=engine, now=now)
    users = (generation.user_id for generation, *_ in begun)
    rows = [
        done.row
        for done in execute_each(
            _BEGIN, [_new_row(generation, now) for generation, _, now in begun], users
        )
    ]
    for (generation, *_), row in zip(begun, rows, strict=True):
        generation._state.adding = row is None
    return [int(row[0]) if row else None for row in rows]


def leased_generation(*, channel: str) -> Generation | None:
    """What the engine behind this channel is at, not locked."""
    with prepared_cursor() as cursor:
        cursor.execute(_HELD, [channel])
        row = cursor.fetchone()
    if row is None:
        return None
    values = [msgspec.json.decode(value) if at in _JSON else value for at, value in enumerate(row)]
    return Generation.from_db("default", _NAMES, values)


def finish_leased_generations(ending: Iterable[tuple[Generation, Outcome, datetime]]) -> set[UUID]:
    """End each with the cards it has been given, and its attempt; the ids of those that are ended.

    Nothing is written of one whose lease went to another since it was read, of which more was
    asked, or for which somebody else waits, too.
    """
    # rows are locked in the order in which all lock them (`outcomes`)
    ordered = sorted(ending, key=lambda row: (row[0].session_id, row[0].pk))
    done = execute_each(_END, [_finished_row(*row) for row in ordered])
    return {
        generation.pk
        for (generation, *_), executed in zip(ordered, done, strict=True)
        if executed.changed
    }


def _finished_row(generation: Generation, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """Ended in memory, and the parameters with which it is in the database."""
    lease, columns = generation.lease, final_columns(outcome, now)
    for column, value in columns.items():
        setattr(generation, column, value)
    return _last_row(generation, lease, columns)


def _new_row(generation: Generation, now: datetime) -> dict[str, Any]:
    lately = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    return {
        **{
            name: getattr(generation, name)
            for name in ("id", "kind", "prompt", "prompt_version", "result_key", "request_id")
        },
        **{
            name: getattr(generation, name) for name in ("engine_name", "lease", "lease_expires_at")
        },
        "session": generation.session_id,
        "user": generation.user_id,
        "channel": generation.engine,
        "options": _json(generation.options),
        "now": now,
        "lately": lately,
        "most": settings.MAX_QUEUED_PER_USER,
    }


def _last_row(
    generation: Generation, lease: UUID | None, columns: dict[str, Any]
) -> dict[str, Any]:
    return {
        **columns,
        "id": generation.pk,
        "lease": lease,
        "channel": generation.engine,
        "asks": generation.asks,
        "cards": _json(generation.cards),
        "usage": _json(generation.usage),
        "is_partial": generation.is_partial,
        "first_card_at": generation.first_card_at,
        "outcome": columns["error_code"] or "succeeded",
        "card_count": len(generation.cards),
    }


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


class Executed(NamedTuple):
    """How many rows a statement wrote, and the first that it gave back."""

    changed: int = 0
    row: tuple[Any, ...] | None = None


def execute_each(
    sql: str, rows: Sequence[Mapping[str, Any]], users: Iterable[int] = ()
) -> list[Executed]:
    """Execute the statement with the parameters of each of the rows, all in one transaction and one
    round trip. When one of several is refused, nothing is written of any: then each must be tried
    by itself, in another way. Raises DatabaseError when a single one is refused, and when the
    connection broke.

    Several that write of these users wait for those of another process: rows that two transactions
    take crosswise would be a deadlock.
    """
    if not rows:
        return []
    try:
        return (
            [_execute(sql, rows[0])]
            if len(rows) == 1
            else _execute_together(sql, rows, sorted(set(users)))
        )
    except DatabaseError as error:
        if len(rows) == 1 or connection.connection.closed:
            raise
        log.warning("%d statements were not executed together: %s", len(rows), error)
        return [Executed()] * len(rows)


def _execute(sql: str, row: Mapping[str, Any]) -> Executed:
    with prepared_cursor() as cursor:
        cursor.execute(sql, row)
        return _executed(cursor)


def _execute_together(
    sql: str, rows: Sequence[Mapping[str, Any]], users: list[int]
) -> list[Executed]:
    with prepared_cursor() as prepared, connection.wrap_database_errors:
        with prepared.connection.pipeline():
            if users:
                psycopg.Cursor(prepared.connection).execute(_LOCK, [users])
            cursors = [psycopg.Cursor(prepared.connection).execute(sql, row) for row in rows]
        return [_executed(cursor) for cursor in cursors]


def _executed(cursor: Any) -> Executed:
    return Executed(cursor.rowcount, cursor.fetchone() if cursor.description else None)


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """A cursor as `connection.cursor()` gives it, whose statements are prepared.

    What decides an index, such as a status, must stand in the text: a plan is made for all values
    that a parameter may have.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    link: Any = connection.connection
    with connection._prepare_cursor(psycopg.Cursor(link)) as cursor:  # type: ignore[attr-defined] # the stubs lack it
        link.prepare_threshold = 0
        try:
            yield cursor
        finally:
            link.prepare_threshold = None  # Django's own statements are no two alike
