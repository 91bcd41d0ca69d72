"""Threads for synchronous code, and how long threads keep their database connections.

Channels' `database_sync_to_async` returns the connection and takes another one around each call,
checks it each time, and runs in a copied context. Together this costs more than handling most
messages (docs/performance.md). The threads of `run_sync` keep their connections.

For REST, Django keeps a connection for each request until the request ends, and a process has
MINDFLIP_DATABASE_POOL of them. Requests that wait for a generation, a slow client or a password
hash return their connection during the wait (`release_connection`).
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context
from functools import wraps
from time import monotonic, perf_counter
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import activate, get_language

from sessions_app import log_context, metrics

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
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


class Batcher(Generic[K, V]):
    """Calls `run_batch`, a synchronous function, in a thread with the items of all waiting callers.

    Similar work of many sockets thereby takes one call and one query. `run_batch` returns one
    result per item, in the same order. Items that arrive while it runs are passed to its next call,
    so batches grow with the load and the cost per item falls (docs/performance.md).
    """

    def __init__(self, run_batch: Callable[[Sequence[K]], Sequence[V]]) -> None:
        self._run_batch = run_batch
        self._waiting: WeakKeyDictionary[
            asyncio.AbstractEventLoop, list[tuple[K, asyncio.Future[V]]]
        ] = WeakKeyDictionary()
        self._tasks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]] = (
            WeakKeyDictionary()
        )

    async def submit(self, item: K) -> V:
        """Return the result of an item.

        An exception from `run_batch` is raised for every caller in the batch.
        """
        loop = asyncio.get_running_loop()
        result: asyncio.Future[V] = loop.create_future()
        self._waiting.setdefault(loop, []).append((item, result))
        if loop not in self._tasks:
            # The context is empty, because the task also works for sockets of other sessions.
            self._tasks[loop] = loop.create_task(self._run_batches(loop), context=Context())
        return await result

    async def _run_batches(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while batch := self._waiting.pop(loop, None):
                try:
                    results = await run_sync(self._run_batch, [item for item, _ in batch])
                except Exception as error:
                    for _, future in batch:
                        if not future.done():
                            future.set_exception(error)
                    continue
                for (_, future), result in zip(batch, results, strict=True):
                    if not future.done():  # the caller may have been cancelled
                        future.set_result(result)
        finally:
            del self._tasks[loop]


def current_event_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop that waits for the current thread, or None outside of `run_sync`."""
    return _local.loop


def close_connections() -> None:
    """Close the connections of all threads while none of them runs a function.

    Tests call this before their database is dropped.
    """
    for used in list(_connections):
        used.inc_thread_sharing()
        used.close()
        used.dec_thread_sharing()


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
        # Return it to the pool, which discards broken ones. The thread gets another one, so that it
        # recovers when an outage ends.
        if used.errors_occurred or used.in_atomic_block or used.closed_in_transaction:
            _connections.discard(used)
            used.in_atomic_block = used.closed_in_transaction = False
            with suppress(Exception):
                used.close()
            del connections["default"]


def releasing_connection(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function that calls `release_connection` after the given one."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        finally:
            release_connection()

    return call


def release_connection() -> None:
    """Return the calling thread's database connection to the pool, unless it is in a transaction.

    The next query takes another one.
    """
    if not connection.in_atomic_block:
        connection.close()
