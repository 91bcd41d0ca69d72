"""What one process tells another: that a session ended, that a generation has an outcome or waits
for an engine.

The only caller of the channel layer. Events carry ids, leave after commit, and may be lost: the
rows are the truth.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from sessions_app import metrics
from sessions_app.sync_executor import current_event_loop

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 5  # for a Redis that is there and says nothing


async def open_channel() -> tuple[Any, str]:
    """The layer and a new channel on it: the one address of one socket."""
    layer = get_channel_layer()
    return layer, await layer.new_channel()


def session_group(session_id: UUID) -> str:
    return f"session.{session_id.hex}"


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


def sessions_ended(session_ids: Iterable[UUID], *, close_code: int, reason: str) -> None:
    """Every socket of these sessions is to close."""
    _after_commit(
        [
            (
                session_group(session_id),
                {"type": "socket.end", "close_code": close_code, "reason": reason},
            )
            for session_id in session_ids
        ]
    )


def user_changed(user_id: int) -> None:
    """Every socket of this user is to look whether it may stay."""
    _after_commit([(user_group(user_id), {"type": "user.changed"})])


def generations_changed(generations: Iterable[tuple[UUID, UUID]]) -> None:
    """(session, generation) pairs that were requeued or ended by somebody other than the socket
    that asked.
    """
    _after_commit(
        [
            (session_group(session_id), {"type": "generation.changed", "id": str(generation_id)})
            for session_id, generation_id in generations
        ]
    )


def queue_changed(user_id: int) -> None:
    """Something waits for an engine of this user."""
    _after_commit([(user_group(user_id), {"type": "queue.changed"})])


def engines_cancelled(engines: Iterable[tuple[str, UUID]]) -> None:
    """(channel, generation) pairs: these engines are to stop."""
    _after_commit(
        [
            (channel, {"type": "engine.cancelled", "id": str(generation_id)})
            for channel, generation_id in engines
        ],
        is_group=False,
    )


@asynccontextmanager
async def session_changes(session_id: UUID) -> AsyncIterator[Callable[[float], Awaitable[bool]]]:
    """Gives a function that waits for the next event of the session, for so many seconds at most;
    False when none came, which is always so while Redis is gone.
    """
    group = session_group(session_id)
    try:
        layer, channel = await open_channel()
        await layer.group_add(group, channel)
    except (RedisError, OSError) as error:
        log.warning("Somebody waits for a session without its events: %s", error)
        yield _wait_without_changes
        return
    listener = _Listener(layer, channel)
    try:
        yield listener.wait
    finally:
        listener.cancel()
        with suppress(RedisError, OSError):
            await layer.group_discard(group, channel)


class _Listener:
    """Hears one channel.

    Its receiver is never cancelled between two waits: a cancelled one leaves its group.
    """

    def __init__(self, layer: Any, channel: str) -> None:
        self._receive = partial(layer.receive, channel)
        self._next = asyncio.ensure_future(self._receive())

    async def wait(self, seconds: float) -> bool:
        done, _ = await asyncio.wait([self._next], timeout=seconds)
        if done:
            self._next = asyncio.ensure_future(self._receive())
        return bool(done)

    def cancel(self) -> None:
        self._next.cancel()


async def _wait_without_changes(seconds: float) -> bool:
    await asyncio.sleep(seconds)
    return False


def _after_commit(events: list[tuple[str, dict[str, Any]]], is_group: bool = True) -> None:
    """Send the events after commit: on the event loop that waits for this thread, which has its
    connections open, without waiting for it; on a new event loop elsewhere.
    """

    def send() -> None:
        if loop := current_event_loop():
            asyncio.run_coroutine_threadsafe(_send(events, is_group), loop)
        else:
            async_to_sync(_send)(events, is_group)

    if events:
        transaction.on_commit(send)


async def _send(events: list[tuple[str, dict[str, Any]]], is_group: bool) -> None:
    layer = get_channel_layer()
    send = layer.group_send if is_group else layer.send
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            for receiver, event in events:
                await send(receiver, event)
    except (RedisError, OSError) as error:
        metrics.FAILURES.add("events")
        log.warning(
            "%d events were not sent, the sweeps will make up for them: %s", len(events), error
        )
