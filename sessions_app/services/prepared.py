"""Statements that PostgreSQL plans once for each connection, for what is asked thousands of times.

Django writes parameters into the text of a statement, so that each is parsed and planned anew: of a statement with several parts
that is most of its cost (docs/performance.md). Here they travel beside it.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

log = logging.getLogger(__name__)


# the first number says what is locked; imports have 1 (flashcards/services/imports.py)
_LOCK = "SELECT pg_advisory_xact_lock(2, one) FROM unnest(%s::int[]) AS one"


class Executed(NamedTuple):
    """How many rows a statement wrote, and the first that it gave back."""

    changed: int = 0
    row: tuple[Any, ...] | None = None


def execute_each(sql: str, rows: Sequence[Mapping[str, Any]], users: Iterable[int] = ()) -> list[Executed]:
    """Execute the statement with the parameters of each of the rows, all in one transaction and one round trip. When one of several is
    refused, nothing is written of any: then each must be tried by itself, in another way. Raises DatabaseError when a single one is
    refused, and when the connection broke.

    Several that write of these users wait for those of another process: rows that two transactions take crosswise would be a deadlock.
    """
    if not rows:
        return []
    try:
        return [_execute(sql, rows[0])] if len(rows) == 1 else _execute_together(sql, rows, sorted(set(users)))
    except DatabaseError as error:
        if len(rows) == 1 or connection.connection.closed:
            raise
        log.warning("%d statements were not executed together: %s", len(rows), error)
        return [Executed()] * len(rows)


def _execute(sql: str, row: Mapping[str, Any]) -> Executed:
    with prepared_cursor() as cursor:
        cursor.execute(sql, row)
        return _executed(cursor)


def _execute_together(sql: str, rows: Sequence[Mapping[str, Any]], users: list[int]) -> list[Executed]:
    with prepared_cursor() as one, connection.wrap_database_errors:
        with one.connection.pipeline():
            if users:
                psycopg.Cursor(one.connection).execute(_LOCK, [users])
            cursors = [psycopg.Cursor(one.connection).execute(sql, row) for row in rows]
        return [_executed(cursor) for cursor in cursors]


def _executed(cursor: Any) -> Executed:
    return Executed(cursor.rowcount, cursor.fetchone() if cursor.description else None)


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """A cursor as `connection.cursor()` gives it, whose statements are prepared. What decides an index, such as a status, must stand
    in the text: a plan is made for all values that a parameter may have."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    link: Any = connection.connection
    with connection._prepare_cursor(psycopg.Cursor(link)) as cursor:  # type: ignore[attr-defined] # the stubs lack it
        link.prepare_threshold = 0
        try:
            yield cursor
        finally:
            link.prepare_threshold = None  # Django's own statements are no two alike
