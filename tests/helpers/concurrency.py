"""Start a function on a second database connection while this one holds locks."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection

from tests.helpers.timeouts import TIMEOUT_SECONDS

BLOCKED = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type ="
    " 'Lock'"
)


def _is_other_connection_blocked() -> bool:
    with connection.cursor() as cursor:
        # Within a transaction, PostgreSQL would return the same statistics again.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(BLOCKED)
        return bool(cursor.fetchone()[0])


def start_until_blocked(
    pool: ThreadPoolExecutor, function: Callable[..., Any], **arguments: Any
) -> Future:
    """Start `function` on another connection, and return when it ends or waits for a lock."""

    def run() -> Any:
        try:
            return function(**arguments)
        finally:
            connection.close()

    future = pool.submit(run)
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not future.done() and not _is_other_connection_blocked():
        assert time.monotonic() < deadline, "The function neither ends nor waits for a lock."
        time.sleep(0.01)
    return future
