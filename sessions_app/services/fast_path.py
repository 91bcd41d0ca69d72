"""The fast path of the guide's dialect.

It handles generations whose requester and engine are the same socket, if nothing is queued before
the request.

Most generations of that dialect take it, with one statement for the request and one for the
response. The statements of many sockets are sent to the database together. Each statement contains
all of its conditions and changes nothing if one of them does not hold. The request or response then
takes the general path, `generations` or `responses`.

The statements are written in SQL because compiling them each time costs ten times as much as
running them. They are prepared on each connection because Django writes parameters into the text of
a statement, so PostgreSQL would plan each one again (docs/performance.md).
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

from sessions_app import metrics
from sessions_app.models import ALIVE, OPEN, Generation
from sessions_app.protocol import Response
from sessions_app.services.generations import (
    GenerationRequest,
    SubmitResult,
    cached_results,
    new_generation,
)
from sessions_app.services.leases import EngineRef, assign_lease
from sessions_app.services.responses import (
    add_response,
    matches,
    needs_more_cards,
    publish,
    set_final_columns,
)

log = logging.getLogger(__name__)
# The first number is the type of the lock. Imports use 1 (flashcards/services/imports.py).
_LOCK = "SELECT pg_advisory_xact_lock(2, one) FROM unnest(%s::int[]) AS one"


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
for _name, _states in (("<open>", OPEN), ("<alive>", ALIVE)):
    _BEGIN = _BEGIN.replace(_name, ", ".join(f"'{state}'" for state in _states))
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


def submit_batch(requests: Sequence[GenerationRequest]) -> list[SubmitResult | None]:
    """Return the cached result of each request, or the generation that it starts.

    The generation is written as leased to the requester's own engine, with its attempt.

    A request gets None, and nothing is written for it, if its session may have ended or has an open
    generation, if the user's queue is full, or if the request or the engine already has a
    generation.
    """
    results = cached_results(requests)
    begun: dict[int, Generation] = {}
    for index, (request, result) in enumerate(zip(requests, results, strict=True)):
        if result is None and request.engine:
            generation = begun[index] = new_generation(request)
            assign_lease(generation=generation, engine=request.engine, now=request.requested_at)
    rows = [_new_row(generation) for generation in begun.values()]
    users = {generation.user_id for generation in begun.values()}
    executed = execute_each(_BEGIN, rows, users)
    for (index, generation), (_, row) in zip(begun.items(), executed, strict=True):
        if row:
            generation._state.adding = False
            results[index] = SubmitResult(generation.pk, place=row[0], started=generation)
    return results


def accept_batch(
    responses: Sequence[tuple[Generation, EngineRef, Response, datetime]],
) -> list[Generation | None]:
    """Return the generation that each response ends.

    The generations that are passed in are in the state that was sent to the engine.

    A response gets None, and nothing is written for it, if it does not end the generation, if the
    result must be saved, if another socket waits for the outcome, or if the lease has changed.
    """
    ended: dict[UUID, dict[str, Any]] = {}
    for generation, engine, response, now in responses:
        is_unshared = (
            generation.requester == engine.channel
            and not generation.is_tracked
            and not generation.options.get("save")
            and response.lease in (None, generation.lease)
        )
        if is_unshared and matches(generation, response):
            add_response(generation, response, now)
            if not needs_more_cards(generation):
                ended[generation.pk] = _final_row(generation, now)
    # Lock the rows in the order in which all transactions lock them (see `outcomes`).
    rows = sorted(ended.values(), key=lambda row: (row["session"], row["id"]))
    executed = execute_each(_END, rows)
    written = {row["id"] for row, (changed, _) in zip(rows, executed, strict=True) if changed}
    done = [generation if generation.pk in written else None for generation, *_ in responses]
    finished = [generation for generation in done if generation]
    for generation in finished:
        metrics.ATTEMPTS.add(generation.error_code or "succeeded")
    publish(finished)
    return done


def _new_row(generation: Generation) -> dict[str, Any]:
    names = ("id", "kind", "prompt", "prompt_version", "result_key", "request_id", "engine_name")
    return {
        **{name: getattr(generation, name) for name in (*names, "lease", "lease_expires_at")},
        "session": generation.session_id,
        "user": generation.user_id,
        "channel": generation.engine,
        "options": _json(generation.options),
        "now": generation.created_at,
        "lately": generation.created_at - timedelta(seconds=settings.SESSION_IDLE_SECONDS),
        "most": settings.MAX_QUEUED_PER_USER,
    }


def _final_row(generation: Generation, now: datetime) -> dict[str, Any]:
    """End the generation in memory, and return the parameters that end it in the database."""
    lease = generation.lease
    set_final_columns(generation, now)
    names = ("status", "asks", "is_partial", "first_card_at", "finished_at", "error_code", "error")
    return {
        **{name: getattr(generation, name) for name in names},
        "id": generation.pk,
        "session": generation.session_id,
        "lease": lease,
        "channel": generation.engine,
        "cards": _json(generation.cards),
        "usage": _json(generation.usage),
        "outcome": generation.error_code or "succeeded",
        "card_count": len(generation.cards),
    }


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def execute_each(
    sql: str, rows: Sequence[Mapping[str, Any]], users: Iterable[int] = ()
) -> list[tuple[int, tuple[Any, ...] | None]]:
    """Execute the statement once for each row of parameters, in one round trip.

    All executions are in one transaction. For each one, return how many rows it wrote and the first
    row that it returned.

    If one of several executions fails, nothing is written for any of them, and each must be retried
    on another path. Raise DatabaseError if a single execution fails or the connection is broken.

    Executions that write rows of `users` wait for those of other processes, to avoid deadlocks.
    """
    if not rows:
        return []
    try:
        with prepared_cursor() as cursor:
            if len(rows) == 1:
                cursor.execute(sql, rows[0])
                cursors: list[Any] = [cursor]
            else:
                with connection.wrap_database_errors, cursor.connection.pipeline():
                    if users:
                        psycopg.Cursor(cursor.connection).execute(_LOCK, [sorted(users)])
                    cursors = [psycopg.Cursor(cursor.connection).execute(sql, row) for row in rows]
            return [
                (executed.rowcount, executed.fetchone() if executed.description else None)
                for executed in cursors
            ]
    except DatabaseError as error:
        if len(rows) == 1 or connection.connection.closed:
            raise
        log.warning("%d statements were not executed together: %s", len(rows), error)
        return [(0, None)] * len(rows)


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """Yield a cursor like that of `connection.cursor()` that prepares its statements.

    Values that determine which index is used, such as a status, must be in the statement's text,
    because the statement has one plan for all values of a parameter.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    link: Any = connection.connection
    with connection._prepare_cursor(psycopg.Cursor(link)) as cursor:  # type: ignore[attr-defined] # the stubs lack it
        link.prepare_threshold = 0
        try:
            yield cursor
        finally:
            link.prepare_threshold = None  # Django's own statements differ each time
