"""Totals for operators."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min

from sessions_app.models import ALIVE, OPEN, Engine, Generation, GenerationStatus, SessionStatus, WebLLMSession


@dataclass(frozen=True)
class Backlog:
    """What is unfinished now: for each open status how many generations and how many seconds the oldest waits, leases past their
    time, open sessions, engines that are present by name."""

    by_status: dict[str, tuple[int, float]]
    lapsed: int
    sessions: int
    engines: dict[str, int]


def backlog(*, now: datetime) -> Backlog:
    """Each number from a partial index that holds little more than what is counted."""
    return Backlog(
        by_status={status.value: _waiting(status, now) for status in OPEN},
        lapsed=Generation.objects.lapsed(now).count(),
        sessions=WebLLMSession.objects.filter(status__in=ALIVE).count(),
        engines=dict(Engine.objects.present(now).order_by().values_list("name").annotate(count=Count("pk"))),
    )


def _waiting(status: GenerationStatus, now: datetime) -> tuple[int, float]:
    found = Generation.objects.filter(status=status).aggregate(count=Count("pk"), since=Min("queued_at"))
    return found["count"], (now - found["since"]).total_seconds() if found["count"] else 0.0


def session_stats(*, now: datetime) -> dict[str, Any]:
    """`{sessions: {total, byStatus}, generations: {total, byStatus}}`, every status named, zeros included."""
    return {
        "sessions": _by_status(WebLLMSession.objects.as_of(now), "status_now", SessionStatus.values),
        "generations": _by_status(Generation.objects.all(), "status", GenerationStatus.values),
    }


def _by_status(rows: Any, column: str, statuses: list[str]) -> dict[str, Any]:
    counted = dict(rows.order_by().values_list(column).annotate(count=Count("pk")))
    return {"total": sum(counted.values()), "byStatus": {status: counted.get(status, 0) for status in statuses}}
