"""How many rows a list has, without counting millions: exactly as long as they are few, else as PostgreSQL's planner estimates."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from psycopg.errors import QueryCanceled

EXACT_TO = 1_000
COUNT_MILLISECONDS = 300


class TooSlow(Exception):
    """The database did not answer in the time it was given."""


class About(int):
    """An estimate: it says so when it is shown."""

    def __str__(self) -> str:
        return f"about {int(self):,}"


@contextmanager
def within(milliseconds: int) -> Iterator[None]:
    """Statements inside may take so long each. Raises TooSlow."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)", [f"{milliseconds}ms"])
            before, _ = cursor.fetchone()
            yield
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from None
        raise


def count_of(rows: QuerySet[Any]) -> int:
    """Exactly up to EXACT_TO, above that two digits of an estimate, as `About`."""
    plain = rows.order_by().values("pk")
    try:
        with within(COUNT_MILLISECONDS):
            first = plain[: EXACT_TO + 1].count()
    except TooSlow:  # few, and scattered among millions
        return estimate_of(plain)
    return first if first <= EXACT_TO else _rounded(max(first, planned(plain)))


def estimate_of(rows: QuerySet[Any]) -> About:
    """Two digits of what the planner expects; nothing is counted."""
    return _rounded(planned(rows))


def planned(rows: QuerySet[Any]) -> int:
    """How many rows PostgreSQL's planner expects, one at least."""
    return int(json.loads(rows.explain(format="json"))[0]["Plan"]["Plan Rows"])


def _rounded(count: int) -> About:
    unit = 10 ** max(0, len(str(count)) - 2)
    return About(round(count / unit) * unit)
