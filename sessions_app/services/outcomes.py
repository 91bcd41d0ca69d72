"""The end of a generation, whatever ends it.

One conditional UPDATE ends the generation, its open attempt is closed with it, and the change is
numbered.

Transactions that lock several rows lock generations first, and sessions (by numbering a change)
after them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from sessions_app import events, metrics
from sessions_app.models import Attempt, Generation, GenerationStatus
from sessions_app.services.changes import session_advance


@dataclass(frozen=True)
class Outcome:
    """A final status with a code and a message.

    docs/protocol.md lists the codes. `code` is empty for success. The message is stored in English
    and translated when it is displayed, so it is marked with gettext_noop.
    """

    status: GenerationStatus
    code: str = ""
    message: str = ""


@transaction.atomic
def finish_generations(which: Q, *, outcome: Outcome, now: datetime) -> int:
    """End the open generations that `which` selects, and return how many there were.

    Their sessions and engines are notified.
    """
    chosen = (
        Generation.objects.open()
        .filter(which)
        .order_by("session_id", "pk")
        .select_for_update(of=("self",))
    )
    ending = list(chosen.only("session_id", "status", "engine", "seq"))
    for generation in ending:
        numbered = {"seq": session_advance(generation.session_id)} if generation.is_tracked else {}
        Generation.objects.filter(pk=generation.pk).update(
            **final_columns(outcome, now), **numbered
        )
    metrics.GENERATIONS.add(outcome.status, outcome.code, by=len(ending))
    attempts_end(
        Q(generation__in=ending),
        outcome=outcome.code or outcome.status,
        reason=outcome.message,
        now=now,
    )
    events.generations_changed((generation.session_id, generation.pk) for generation in ending)
    events.engines_cancelled(
        (generation.engine, generation.pk)
        for generation in ending
        if generation.status == GenerationStatus.LEASED
    )
    return len(ending)


def attempts_end(
    which: Q, *, outcome: str, reason: str = "", card_count: int = 0, now: datetime
) -> None:
    """Close the running attempts that `which` selects, with their outcome."""
    running = Attempt.objects.filter(which, ended_at=None)
    count = running.update(
        ended_at=now, outcome=outcome, reason=reason[:500], card_count=card_count
    )
    metrics.ATTEMPTS.add(outcome, by=count)


def final_columns(outcome: Outcome, now: datetime) -> dict[str, Any]:
    """Return the columns that change when a generation ends."""
    return {
        "status": outcome.status,
        "lease": None,
        "lease_expires_at": None,
        "finished_at": now,
        "error_code": outcome.code,
        "error": outcome.message[:500],
    }
