"""Measure each stage of a round trip separately.

The stages run in one thread of this process, against PostgreSQL and Valkey.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from time import perf_counter, process_time
from typing import Any
from uuid import uuid4

import django

from benchmarks.load import CARDS

TIMES = 500
BATCH_SIZE = 25


class Clock:
    """The total wall and processor seconds of the code that runs inside `running`."""

    def __init__(self) -> None:
        self.wall = self.processor = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        wall, processor = perf_counter(), process_time()
        yield
        self.wall += perf_counter() - wall
        self.processor += process_time() - processor

    def say(self, what: str) -> None:
        print(
            f"  {what:36}{self.wall / TIMES * 1e6:8.0f}{self.processor / TIMES * 1e6:8.0f}",
            flush=True,
        )


def stages() -> None:
    """Print the wall and processor time of each stage, and the SQL statements of a miss."""
    django.setup()
    print(f"\nwhere the time goes, {TIMES} times each (µs)      wall   processor")
    _codec()
    _handlers()
    asyncio.run(_travel())


def _codec() -> None:
    from sessions_app import protocol

    result = protocol.Result(protocol.ResultData(CARDS), None, uuid4())
    _timed("decode: a generate", lambda number: protocol.decode(ask_text(number)))
    _timed("decode: a response", lambda number: protocol.decode(answer_text(number)))
    _timed("encode: a result", lambda number: protocol.encode(result))
    _timed("count: all that a hit counts", lambda number: _count())


def _count() -> None:
    """Update all metrics that a cache hit updates."""
    from sessions_app import metrics

    begun = perf_counter()
    metrics.MESSAGES.add("guide", "generate")
    metrics.CACHE_READS.add("hit")
    metrics.SYNC_SECONDS.add(perf_counter() - begun)


def _handlers() -> None:
    from sessions_app import handlers, protocol

    state, ask, answer = new_peer(), Clock(), Clock()
    asks = [protocol.decode(ask_text(number)) for number in range(TIMES)]
    for number, message in enumerate(asks):
        with ask.running():
            handlers.handle(state, message)
        with answer.running():
            handlers.handle(state, protocol.decode(answer_text(number)))
    ask.say("handle: the generate of a miss")
    answer.say("handle: the response to it")
    _timed("handle: the generate of a hit", lambda number: handlers.handle(state, asks[number]))
    _many_at_once()
    _statements(
        lambda: [
            handlers.handle(state, protocol.decode(make_text(TIMES)))
            for make_text in (ask_text, answer_text)
        ]
    )


def _many_at_once() -> None:
    """Measure the cost of each request when the event loop batches the requests of many sockets."""
    peers, clocks = [new_peer() for _ in range(BATCH_SIZE)], [Clock(), Clock(), Clock()]
    for number in range(TIMES // BATCH_SIZE):
        _ask_and_answer_at_once(peers, number, clocks)
    for clock, what in zip(
        clocks,
        ("the generate of a miss", "the response to it", "the generate of a hit"),
        strict=True,
    ):
        clock.say(f"{BATCH_SIZE} at once: {what}")


def _ask_and_answer_at_once(peers: list[Any], number: int, clocks: list[Clock]) -> None:
    from django.utils import timezone

    from sessions_app import protocol
    from sessions_app.services import fast_path
    from sessions_app.services.generations import GenerationRequest

    ask, answer, now = (
        protocol.decode(ask_text(number)),
        protocol.decode(answer_text(number)),
        timezone.now(),
    )
    requests = [
        GenerationRequest(
            state.session_id,
            state.user_id,
            state.model_id,
            ask.prompt,
            ask.options.filled(ask.prompt),
            now,
            engine=state.engine_ref,
        )
        for state in peers
    ]
    with clocks[0].running():
        results = fast_path.submit_batch(requests)
    replies = [
        (result.started, state.engine_ref, answer, now)
        for state, result in zip(peers, results, strict=True)
        if result
    ]
    with clocks[1].running():
        fast_path.accept_batch(replies)
    with clocks[2].running():
        fast_path.submit_batch(requests)


def _statements(round_trip: Callable[[], Any]) -> None:
    """Print the total time in µs of each SQL statement in one miss."""
    from django.db import connection

    spent: Counter[str] = Counter()

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent[" ".join(sql.split())[:70]] += perf_counter() - begun

    with connection.execute_wrapper(note):
        round_trip()
    for sql, seconds in spent.items():
        print(f"    {seconds * 1e6:6.0f} {sql}")


async def _travel() -> None:
    from channels.layers import get_channel_layer

    from sessions_app.sync_executor import run_sync

    layer = get_channel_layer()
    await layer.group_add("bench", channel := await layer.new_channel())

    async def through_the_layer() -> None:
        await layer.group_send("bench", {"type": "queue.changed"})
        await layer.receive(channel)

    await _timed_async("hop: off the loop and back", lambda: run_sync(str))
    await _timed_async("layer: an event to a group and back", through_the_layer)


def new_peer() -> Any:
    from django.contrib.auth.models import User
    from django.utils import timezone

    from sessions_app import handlers
    from sessions_app.services import sessions

    user = User.objects.create(username=uuid4().hex)
    session = sessions.session_open(user=user, model_id="m", now=timezone.now())
    return handlers.SocketState(session.pk, user.pk, session.model_id, uuid4().hex)


def _timed(what: str, step: Callable[[int], Any]) -> None:
    clock = Clock()
    with clock.running():
        for number in range(TIMES):
            step(number)
    clock.say(what)


async def _timed_async(what: str, step: Callable[[], Awaitable[Any]]) -> None:
    clock = Clock()
    with clock.running():
        for _ in range(TIMES):
            await step()
    clock.say(what)


def ask_text(number: int) -> str:
    options = {"count": len(CARDS), "topic": f"Topic {number}"}
    return json.dumps(
        {
            "type": "generate",
            "prompt": f"Generate flashcards about topic {number}",
            "options": options,
        }
    )


def answer_text(number: int) -> str:
    return json.dumps(
        {
            "type": "response",
            "cacheKey": f"webllm:flashcards:Topic {number}:{len(CARDS)}",
            "data": {"cards": CARDS},
        }
    )
