"""The one hop off the event loop: threads of our own, each with a database connection that it
keeps.

Channels' `database_sync_to_async` gives the connection back and takes one anew around each call,
checks it each time, and starts from a copied context: together more than most messages cost
themselves (docs/performance.md).
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic, perf_counter
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from sessions_app import log_context, metrics

T = TypeVar("T")
# a connection unused for longer is tried before it is used: PostgreSQL may have been restarted
IDLE_SECONDS = 1.0


class _Local(threading.local):
    loop: asyncio.AbstractEventLoop | None = None
    used_at = 0.0


_local = _Local()
_connections: set[BaseDatabaseWrapper] = set()
# half of the pool: the other half is for REST, whose threads live for one request
_threads = ThreadPoolExecutor(max(1, settings.DATABASE_POOL // 2), thread_name_prefix="run_sync")


async def run_sync(function: Callable[..., T], *args: Any) -> T:
    """Run synchronous code, with its queries, in one of the threads; what it raises is raised
    here.
    """
    loop = asyncio.get_running_loop()
    begun = perf_counter()
    try:
        return await loop.run_in_executor(_threads, _run, loop, log_context.bound(), function, args)
    except DatabaseError:
        metrics.FAILURES.add("database")
        raise
    finally:
        metrics.SYNC_SECONDS.add(perf_counter() - begun)


def current_event_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that waits for the code running now, None outside a hop."""
    return _local.loop


def close_connections() -> None:
    """Give the connections of all threads back; nothing may be running.

    For tests, whose database is dropped at the end.
    """
    for connection in list(_connections):
        connection.inc_thread_sharing()
        connection.close()
        connection.dec_thread_sharing()


def _run(
    loop: asyncio.AbstractEventLoop,
    ids: Mapping[str, Any],
    function: Callable[..., T],
    args: tuple[Any, ...],
) -> T:
    log_context.take_over(ids)
    used = connections["default"]
    if monotonic() - _local.used_at > IDLE_SECONDS:
        used.health_check_done = False  # type: ignore[attr-defined] # the stubs lack it
    _local.loop = loop
    _connections.add(used)
    try:
        return function(*args)
    finally:
        _local.loop, _local.used_at = None, monotonic()
        # an error, or a transaction left open, after which Django would neither use nor replace it
        if used.errors_occurred or used.in_atomic_block or used.closed_in_transaction:
            _discard(used)


def _discard(used: BaseDatabaseWrapper) -> None:
    """Give it back to the pool, which knows what is broken; the thread gets another.

    An outage must not outlive itself here.
    """
    _connections.discard(used)
    used.in_atomic_block = used.closed_in_transaction = False
    with suppress(Exception):
        used.close()
    del connections["default"]
