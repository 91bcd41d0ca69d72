"""Totals for operators."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min

from sessions_app.models import ALIVE, ENDED, OPEN, Engine, Generation, GenerationStatus, SessionStatus, WebLLMSession
from sessions_app.services.counting import estimate_of, planned

COUNTED_TO = 100_000
Statuses = tuple[str, ...]


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
    """`{sessions: {total, byStatus, isEstimate}, generations: …}`, every status named, zeros included. Of a table with more than
    COUNTED_TO rows those without an end are counted, and those with one estimated."""
    sessions, generations = WebLLMSession.objects.as_of(now), Generation.objects.all()
    return {
        "sessions": _totals(sessions, "status_now", ALIVE, (SessionStatus.CLOSED, SessionStatus.EXPIRED), SessionStatus.values),
        "generations": _totals(generations, "status", OPEN, ENDED, GenerationStatus.values),
    }


def _totals(rows: Any, column: str, begun: Statuses, ended: Statuses, shown: list[str]) -> dict[str, Any]:
    """By what stands in `column`, of which `shown` are all values; `begun` and `ended` are stored."""
    is_estimate = planned(rows.order_by().values("pk")) > COUNTED_TO
    counted = _counted(rows.filter(status__in=begun) if is_estimate else rows, column)
    if is_estimate:
        counted.update({status: int(estimate_of(rows.filter(status=status).order_by().values("pk"))) for status in ended})
    return {"total": counted.total(), "byStatus": {status: counted[status] for status in shown}, "isEstimate": is_estimate}


def _counted(rows: Any, column: str) -> Counter[str]:
    return Counter(dict(rows.order_by().values_list(column).annotate(count=Count("pk"))))
