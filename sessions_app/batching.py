"""Many sockets ask a store for the like at the same time: one hop, and one round trip, for all of
them together.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sessions_app.sync_executor import run_sync

K = TypeVar("K")
V = TypeVar("V")


class Batcher(Generic[K, V]):
    """Answers each of many questions out of `run_batch`, synchronous code which gets the questions
    of all who ask now and gives as many answers in their order. Who asks while it is at work waits
    for its next turn with all the others: nobody waits alone, and the more ask, the less each costs
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
        """The answer. What `run_batch` raises is raised for all who asked in that turn."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[V] = loop.create_future()
        self._waiting.setdefault(loop, []).append((item, result))
        if loop not in self._tasks:
            # in no context of its own: it works for sockets of other sessions, too
            self._tasks[loop] = loop.create_task(self._run_batches(loop), context=Context())
        return await result

    async def _run_batches(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while batch := self._waiting.pop(loop, None):
                await self._run_one_batch(batch)
        finally:
            del self._tasks[loop]

    async def _run_one_batch(self, batch: list[tuple[K, asyncio.Future[V]]]) -> None:
        try:
            results = await run_sync(self._run_batch, [item for item, _ in batch])
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():  # who asked may have left
                future.set_result(result)
