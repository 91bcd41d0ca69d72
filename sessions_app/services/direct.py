"""Asker and engine are one socket of the guide's dialect, and nothing is before it: the way that most of its generations go, in
one statement when it is asked and one when it is answered. Those of many sockets go to the database together.

Each statement carries all of its conditions and changes nothing when one does not hold; then the general way, in `generations` and
`answers`, finds out why. Written as SQL because compiling them anew each time costs ten times what they cost (docs/performance.md).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings

from sessions_app.models import ALIVE, OPEN, Generation
from sessions_app.services.leases import Claimant, lease_begin
from sessions_app.services.outcomes import Outcome, ended
from sessions_app.services.prepared import execute_each, prepared_cursor


def _words(states: Iterable[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)


_BEGIN = """
WITH waiting AS (SELECT session_id, slot FROM sessions_app_generation WHERE user_id = %(user)s AND status IN (<open>)),
begun AS (
    INSERT INTO sessions_app_generation (
        id, session_id, user_id, kind, prompt, prompt_version, options, result_key, requester, request_id, created_at, queued_at,
        status, engine, engine_name, lease, lease_expires_at, attempt_count,
        slot, asks, cards, is_partial, usage, error_code, error, card_seqs)
    SELECT
        %(id)s, id, user_id, %(kind)s, %(prompt)s, %(prompt_version)s, %(options)s::jsonb, %(result_key)s, %(channel)s, %(request_id)s,
        %(now)s, %(now)s, 'leased', %(channel)s, %(engine_name)s, %(lease)s, %(lease_expires_at)s, 1,
        slot, 0, '[]', false, '{}', '', '', '{}'
    FROM sessions_app_webllmsession, (
        SELECT slot FROM generate_series(0, %(most)s - 1) AS slots (slot)
        WHERE NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.slot = slots.slot) ORDER BY random() LIMIT 1) AS free
    WHERE id = %(session)s AND user_id = %(user)s AND status IN (<alive>) AND last_activity_at > %(lately)s
        AND NOT EXISTS (SELECT 1 FROM waiting WHERE session_id = %(session)s)
    ON CONFLICT DO NOTHING
    RETURNING id)
INSERT INTO sessions_app_attempt (generation_id, number, engine, engine_name, started_at, outcome, reason, card_count)
SELECT id, 1, %(channel)s, %(engine_name)s, %(now)s, '', '', 0 FROM begun
RETURNING (SELECT count(*) FROM waiting)
"""
_BEGIN = _BEGIN.replace("<open>", _words(OPEN)).replace("<alive>", _words(ALIVE))
_END = """
WITH done AS (
    UPDATE sessions_app_generation
    SET status = %(status)s, cards = %(cards)s::jsonb, is_partial = %(is_partial)s, usage = %(usage)s::jsonb, lease = NULL,
        lease_expires_at = NULL, first_card_at = %(first_card_at)s, finished_at = %(finished_at)s,
        error_code = %(error_code)s, error = %(error)s
    WHERE id = %(id)s AND lease = %(held)s AND asks = %(asks)s AND status = 'leased' AND engine = %(channel)s AND requester = %(channel)s
    RETURNING id)
UPDATE sessions_app_attempt SET ended_at = %(finished_at)s, outcome = %(outcome)s, reason = %(error)s, card_count = %(card_count)s
FROM done WHERE generation_id = done.id AND ended_at IS NULL
"""
_FIELDS = Generation._meta.concrete_fields
_NAMES = [field.attname for field in _FIELDS]
_JSON = [at for at, field in enumerate(_FIELDS) if field.get_internal_type() == "JSONField"]
_HELD = f"SELECT {', '.join(str(field.column) for field in _FIELDS)} FROM sessions_app_generation WHERE status = 'leased' AND engine = %s"  # noqa: S608


def generations_begin(begun: Sequence[tuple[Generation, Claimant, datetime]]) -> list[int | None]:
    """Write each new generation as leased to its asker's own engine since then, with its attempt; how many of the user's are open before
    it. None, and nothing is written, when the session is not certainly alive, something of it waits, the queue is full, or the
    request or the engine has a generation already."""
    for generation, engine, now in begun:
        lease_begin(generation=generation, engine=engine, now=now)
    users = (generation.user_id for generation, *_ in begun)
    rows = [done.row for done in execute_each(_BEGIN, [_new_row(generation, now) for generation, _, now in begun], users)]
    for (generation, *_), row in zip(begun, rows, strict=True):
        generation._state.adding = row is None
    return [int(row[0]) if row else None for row in rows]


def generation_held(*, channel: str) -> Generation | None:
    """What the engine behind this channel is at, not locked."""
    with prepared_cursor() as cursor:
        cursor.execute(_HELD, [channel])
        row = cursor.fetchone()
    if row is None:
        return None
    values = [msgspec.json.decode(value) if at in _JSON else value for at, value in enumerate(row)]
    return Generation.from_db("default", _NAMES, values)


def generations_end(ending: Iterable[tuple[Generation, Outcome, datetime]]) -> set[UUID]:
    """End each with the cards it has been given, and its attempt; the ids of those that are ended. Nothing is written of one whose lease
    went to another since it was read, of which more was asked, or for which somebody else waits, too."""
    # rows are locked in the order in which all lock them (`outcomes`)
    ordered = sorted(ending, key=lambda one: (one[0].session_id, one[0].pk))
    done = execute_each(_END, [_ended_row(*one) for one in ordered])
    return {generation.pk for (generation, *_), one in zip(ordered, done, strict=True) if one.changed}


def _ended_row(generation: Generation, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """Ended in memory, and the parameters with which it is in the database."""
    held, columns = generation.lease, ended(outcome, now)
    for column, value in columns.items():
        setattr(generation, column, value)
    return _last_row(generation, held, columns)


def _new_row(generation: Generation, now: datetime) -> dict[str, Any]:
    lately = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    return {
        **{name: getattr(generation, name) for name in ("id", "kind", "prompt", "prompt_version", "result_key", "request_id")},
        **{name: getattr(generation, name) for name in ("engine_name", "lease", "lease_expires_at")},
        "session": generation.session_id,
        "user": generation.user_id,
        "channel": generation.engine,
        "options": _json(generation.options),
        "now": now,
        "lately": lately,
        "most": settings.QUEUE_PER_USER,
    }


def _last_row(generation: Generation, held: UUID | None, columns: dict[str, Any]) -> dict[str, Any]:
    return {
        **columns,
        "id": generation.pk,
        "held": held,
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
