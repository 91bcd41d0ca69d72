"""A function that runs another one on a second connection while this one holds locks."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection

BLOCKED = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type ="
    " 'Lock'"
)


def _is_another_blocked() -> bool:
    with connection.cursor() as cursor:
        # Within a transaction, PostgreSQL would return the same statistics again.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(BLOCKED)
        return bool(cursor.fetchone()[0])


def start_until_blocked(pool: ThreadPoolExecutor, do: Callable[..., Any], **members: Any) -> Future:
    """Start `do` on another connection, and return when it has ended or waits for a lock."""

    def carry() -> Any:
        try:
            return do(**members)
        finally:
            connection.close()

    future = pool.submit(carry)
    deadline = time.monotonic() + 10
    while not future.done() and not _is_another_blocked() and time.monotonic() < deadline:
        time.sleep(0.01)
    return future
