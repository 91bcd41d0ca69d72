"""Threads for synchronous code that keep their database connections.

Channels' `database_sync_to_async` returns the connection and takes another one around each call,
checks it each time, and runs in a copied context. Together this costs more than handling most
messages (docs/performance.md).
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
from django.utils.translation import activate, get_language

from sessions_app import log_context, metrics

T = TypeVar("T")
# A connection that was unused for longer is checked first, because PostgreSQL may have restarted.
IDLE_SECONDS = 1.0


class _Local(threading.local):
    loop: asyncio.AbstractEventLoop | None = None
    used_at = 0.0


_local = _Local()
_connections: set[BaseDatabaseWrapper] = set()
# Use half of the pool. The other half is for REST calls, whose threads live for one request.
_threads = ThreadPoolExecutor(max(1, settings.DATABASE_POOL // 2), thread_name_prefix="run_sync")


async def run_sync(function: Callable[..., T], *args: Any) -> T:
    """Run a synchronous function, with its queries, in one of the threads.

    The function runs in the caller's language. Return its result, or raise its exception.
    """
    loop = asyncio.get_running_loop()
    begun = perf_counter()
    try:
        return await loop.run_in_executor(
            _threads, _run, loop, log_context.bound(), get_language(), function, args
        )
    except DatabaseError:
        metrics.FAILURES.add("database")
        raise
    finally:
        metrics.SYNC_SECONDS.add(perf_counter() - begun)


def current_event_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop that waits for the current thread, or None outside of `run_sync`."""
    return _local.loop


def close_connections() -> None:
    """Close the connections of all threads while none of them runs a function.

    Tests call this before their database is dropped.
    """
    for connection in list(_connections):
        connection.inc_thread_sharing()
        connection.close()
        connection.dec_thread_sharing()


def _run(
    loop: asyncio.AbstractEventLoop,
    ids: Mapping[str, Any],
    language: str | None,
    function: Callable[..., T],
    args: tuple[Any, ...],
) -> T:
    log_context.take_over(ids)
    activate(language or settings.LANGUAGE_CODE)
    used = connections["default"]
    if monotonic() - _local.used_at > IDLE_SECONDS:
        used.health_check_done = False  # type: ignore[attr-defined] # the stubs lack it
    _local.loop = loop
    _connections.add(used)
    try:
        return function(*args)
    finally:
        _local.loop, _local.used_at = None, monotonic()
        # After an error or in an unfinished transaction, Django neither uses nor replaces it.
        if used.errors_occurred or used.in_atomic_block or used.closed_in_transaction:
            _discard(used)


def _discard(used: BaseDatabaseWrapper) -> None:
    """Return a connection to the pool, which discards broken ones.

    The thread gets another connection, so that it recovers when an outage ends.
    """
    _connections.discard(used)
    used.in_atomic_block = used.closed_in_transaction = False
    with suppress(Exception):
        used.close()
    del connections["default"]
