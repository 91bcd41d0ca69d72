"""Something done on another connection while this one holds locks."""

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
        # within a transaction the first look would stay
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(BLOCKED)
        return bool(cursor.fetchone()[0])


def begun(pool: ThreadPoolExecutor, do: Callable[..., Any], **members: Any) -> Future:
    """`do` on a connection of its own, arrived at its end or at a lock of ours."""

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
