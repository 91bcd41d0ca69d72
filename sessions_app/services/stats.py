"""Totals for operators, estimated where counting would be slow."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Count, Min, QuerySet
from psycopg.errors import QueryCanceled

from sessions_app.models import (
    ALIVE,
    ENDED,
    OPEN,
    Engine,
    Generation,
    GenerationStatus,
    SessionStatus,
    WebLLMSession,
)

COUNTED_TO = 100_000
Statuses = tuple[str, ...]
EXACT_TO = 1_000
COUNT_MILLISECONDS = 300


@dataclass(frozen=True)
class Backlog:
    """What is unfinished now: for each open status how many generations and how many seconds the
    oldest waits, leases past their time, open sessions, engines that are present by name.
    """

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
        engines=dict(
            Engine.objects.present(now).order_by().values_list("name").annotate(count=Count("pk"))
        ),
    )


def _waiting(status: GenerationStatus, now: datetime) -> tuple[int, float]:
    totals = Generation.objects.filter(status=status).aggregate(
        count=Count("pk"), since=Min("queued_at")
    )
    return totals["count"], (now - totals["since"]).total_seconds() if totals["count"] else 0.0


def session_stats(*, now: datetime) -> dict[str, Any]:
    """`{sessions: {total, byStatus, isEstimate}, generations: …}`, every status named, zeros
    included. Of a table with more than COUNTED_TO rows those without an end are counted, and those
    with one estimated.
    """
    sessions, generations = WebLLMSession.objects.as_of(now), Generation.objects.all()
    return {
        "sessions": _totals(
            sessions,
            "status_now",
            ALIVE,
            (SessionStatus.CLOSED, SessionStatus.EXPIRED),
            SessionStatus.values,
        ),
        "generations": _totals(generations, "status", OPEN, ENDED, GenerationStatus.values),
    }


def _totals(
    rows: Any, column: str, begun: Statuses, ended: Statuses, shown: list[str]
) -> dict[str, Any]:
    """By what stands in `column`, of which `shown` are all values; `begun` and `ended` are
    stored.
    """
    is_estimate = planner_estimate(rows.order_by().values("pk")) > COUNTED_TO
    counted = _counted(rows.filter(status__in=begun) if is_estimate else rows, column)
    if is_estimate:
        counted.update(
            {
                status: int(estimate_of(rows.filter(status=status).order_by().values("pk")))
                for status in ended
            }
        )
    return {
        "total": counted.total(),
        "byStatus": {status: counted[status] for status in shown},
        "isEstimate": is_estimate,
    }


def _counted(rows: Any, column: str) -> Counter[str]:
    return Counter(dict(rows.order_by().values_list(column).annotate(count=Count("pk"))))


class QueryTimeout(Exception):
    """The database did not answer in the time it was given."""


class EstimatedCount(int):
    """An estimate: it says so when it is shown."""

    def __str__(self) -> str:
        return f"about {int(self):,}"


@contextmanager
def statement_timeout(milliseconds: int) -> Iterator[None]:
    """Statements inside may take so long each. Raises QueryTimeout."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s,"
                " true)",
                [f"{milliseconds}ms"],
            )
            before, _ = cursor.fetchone()
            yield
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise QueryTimeout from None
        raise


def count_of(rows: QuerySet[Any]) -> int:
    """Exactly up to EXACT_TO, above that two digits of an estimate, as `EstimatedCount`."""
    plain = rows.order_by().values("pk")
    try:
        with statement_timeout(COUNT_MILLISECONDS):
            first = plain[: EXACT_TO + 1].count()
    except QueryTimeout:  # few, and scattered among millions
        return estimate_of(plain)
    return first if first <= EXACT_TO else _rounded(max(first, planner_estimate(plain)))


def estimate_of(rows: QuerySet[Any]) -> EstimatedCount:
    """Two digits of what the planner expects; nothing is counted."""
    return _rounded(planner_estimate(rows))


def planner_estimate(rows: QuerySet[Any]) -> int:
    """How many rows PostgreSQL's planner expects, one at least."""
    return int(json.loads(rows.explain(format="json"))[0]["Plan"]["Plan Rows"])


def _rounded(count: int) -> EstimatedCount:
    unit = 10 ** max(0, len(str(count)) - 2)
    return EstimatedCount(round(count / unit) * unit)
