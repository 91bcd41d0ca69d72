"""Statements that PostgreSQL plans once for each connection, for what is asked thousands of times.

Django writes parameters into the text of a statement, so that each is parsed and planned anew: of a statement with several parts
that is most of its cost (docs/performance.md). Here they travel beside it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


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
