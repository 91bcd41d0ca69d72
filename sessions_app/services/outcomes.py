"""How a generation ends, whoever ends it: one conditional UPDATE, and its open attempt closed with it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sessions_app.models import Attempt, Generation, GenerationStatus


@dataclass(frozen=True)
class Outcome:
    """A final status with the contract's code and a sentence; `code` is empty for success."""

    status: GenerationStatus
    code: str = ""
    sentence: str = ""


@transaction.atomic
def generations_end(which: Q, *, outcome: Outcome, now: datetime) -> list[tuple[UUID, UUID]]:
    """End those of the open generations that `which` selects: their (session, generation) pairs, for whoever tells sockets."""
    rows = list(Generation.objects.open().filter(which).select_for_update().values_list("session_id", "pk"))
    ids = [pk for _, pk in rows]
    if ids:
        Generation.objects.filter(pk__in=ids).update(**ended(outcome, now))
        attempts_end(Q(generation__in=ids), outcome=outcome.code or outcome.status, reason=outcome.sentence, now=now)
    return rows


def attempts_end(which: Q, *, outcome: str, reason: str = "", card_count: int = 0, now: datetime) -> None:
    """Close the attempts still running among those selected, with what came of them."""
    running = Attempt.objects.filter(which, ended_at=None)
    running.update(ended_at=now, outcome=outcome, reason=reason[:500], card_count=card_count)


def ended(outcome: Outcome, now: datetime) -> dict[str, object]:
    """The columns that change when a generation ends."""
    return {
        "status": outcome.status,
        "lease": None,
        "lease_expires_at": None,
        "finished_at": now,
        "error_code": outcome.code,
        "error": outcome.sentence[:500],
    }
