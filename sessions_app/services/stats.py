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
from django.utils.translation import gettext
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
    """The work that is not finished yet.

    For each open status, `by_status` has the number of generations and the seconds that the oldest
    has waited. `lapsed` counts expired leases, `sessions` counts open sessions, and `engines`
    counts the engines that are present, by name.
    """

    by_status: dict[str, tuple[int, float]]
    lapsed: int
    sessions: int
    engines: dict[str, int]


def backlog(*, now: datetime) -> Backlog:
    """Return the backlog.

    Each number comes from a partial index that contains little more than the counted rows.
    """
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
    """Return `{sessions: {total, byStatus, isEstimate}, generations: …}`.

    Every status is included, even if its number is 0. In a table with more than COUNTED_TO rows,
    the open rows are counted and the ended ones are estimated.
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
    """Return the totals by `column`, whose values are `shown`.

    `begun` and `ended` are the stored values of open and of ended rows.
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
    """The database did not respond within the time limit."""


class EstimatedCount(int):
    """An estimated number, shown as "about 5,000"."""

    def __str__(self) -> str:
        return gettext("about %(count)s") % {"count": f"{int(self):,}"}


@contextmanager
def statement_timeout(milliseconds: int) -> Iterator[None]:
    """Limit each statement inside to this many milliseconds.

    Raise QueryTimeout if a statement takes longer.
    """
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
    """Return the exact number of rows up to EXACT_TO, and an `EstimatedCount` above.

    The number is also estimated if counting takes too long.
    """
    plain = rows.order_by().values("pk")
    try:
        with statement_timeout(COUNT_MILLISECONDS):
            first = plain[: EXACT_TO + 1].count()
    except QueryTimeout:  # a few rows, scattered among millions
        return estimate_of(plain)
    return first if first <= EXACT_TO else _rounded(max(first, planner_estimate(plain)))


def estimate_of(rows: QuerySet[Any]) -> EstimatedCount:
    """Return the number that the planner expects, rounded to two digits, without counting."""
    return _rounded(planner_estimate(rows))


def planner_estimate(rows: QuerySet[Any]) -> int:
    """Return the number of rows that PostgreSQL's planner expects, which is at least one."""
    return int(json.loads(rows.explain(format="json"))[0]["Plan"]["Plan Rows"])


def _rounded(count: int) -> EstimatedCount:
    unit = 10 ** max(0, len(str(count)) - 2)
    return EstimatedCount(round(count / unit) * unit)
