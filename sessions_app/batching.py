"""Many sockets ask a store for the like at the same time: one hop, and one round trip, for all of
them together.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sessions_app.sync_executor import hop

K = TypeVar("K")
V = TypeVar("V")


class Gathered(Generic[K, V]):
    """Answers each of many questions out of `read_all`, synchronous code which gets the questions
    of all who ask now and gives as many answers in their order. Who asks while it is at work waits
    for its next turn with all the others: nobody waits alone, and the more ask, the less each costs
    (docs/performance.md).
    """

    def __init__(self, read_all: Callable[[Sequence[K]], Sequence[V]]) -> None:
        self._read_all = read_all
        self._waiting: WeakKeyDictionary[
            asyncio.AbstractEventLoop, list[tuple[K, asyncio.Future[V]]]
        ] = WeakKeyDictionary()
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]] = (
            WeakKeyDictionary()
        )

    async def ask(self, question: K) -> V:
        """The answer. What `read_all` raises is raised for all who asked in that turn."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[V] = loop.create_future()
        self._waiting.setdefault(loop, []).append((question, answer))
        if loop not in self._turns:
            # in no context of its own: it works for sockets of other sessions, too
            self._turns[loop] = loop.create_task(self._take_turns(loop), context=Context())
        return await answer

    async def _take_turns(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while turn := self._waiting.pop(loop, None):
                await self._take_turn(turn)
        finally:
            del self._turns[loop]

    async def _take_turn(self, turn: list[tuple[K, asyncio.Future[V]]]) -> None:
        try:
            answers = await hop(self._read_all, [question for question, _ in turn])
        except Exception as fault:
            for _, waits in turn:
                if not waits.done():
                    waits.set_exception(fault)
            return
        for (_, waits), answer in zip(turn, answers, strict=True):
            if not waits.done():  # who asked may have left
                waits.set_result(answer)
