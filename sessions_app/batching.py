"""Batching of similar work of many sockets into one call in a thread and one database query."""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sessions_app.sync_executor import run_sync

K = TypeVar("K")
V = TypeVar("V")


class Batcher(Generic[K, V]):
    """Calls `run_batch`, a synchronous function, with the items of all waiting callers.

    `run_batch` returns one result per item, in the same order. Items that arrive while it runs are
    passed to its next call, so batches grow with the load and the cost per item falls
    (docs/performance.md).
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
