"""Events between processes, such as the end of a session or a change of a generation.

Only this module sends events. They contain IDs, are sent after commit, and may be lost. The rows in
the database are authoritative, and heartbeats and sweeps make up for lost events.
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
TIMEOUT_SECONDS = 5  # in case Redis accepts connections but does not respond


async def open_channel() -> tuple[Any, str]:
    """Return the channel layer and the name of a new channel, which receives a socket's events."""
    layer = get_channel_layer()
    return layer, await layer.new_channel()


def session_group(session_id: UUID) -> str:
    return f"session.{session_id.hex}"


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


def sessions_ended(session_ids: Iterable[UUID], *, close_code: int, reason: str) -> None:
    """Notify every socket of these sessions that it must close."""
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
    """Notify every socket of this user that it must check whether it may stay open."""
    _after_commit([(user_group(user_id), {"type": "user.changed"})])


def generations_changed(generations: Iterable[tuple[UUID, UUID]]) -> None:
    """Notify the sockets of sessions whose generations changed.

    `generations` contains (session, generation) pairs.
    """
    _after_commit(
        [
            (session_group(session_id), {"type": "generation.changed", "id": str(generation_id)})
            for session_id, generation_id in generations
        ]
    )


def queue_changed(user_id: int) -> None:
    """Notify the user's sockets that a generation is waiting for an engine."""
    _after_commit([(user_group(user_id), {"type": "queue.changed"})])


def engines_cancelled(engines: Iterable[tuple[str, UUID]]) -> None:
    """Notify engines that they must stop a generation.

    `engines` contains (channel, generation) pairs.
    """
    _after_commit(
        [
            (channel, {"type": "engine.cancelled", "id": str(generation_id)})
            for channel, generation_id in engines
        ],
        is_group=False,
    )


@asynccontextmanager
async def session_changes(session_id: UUID) -> AsyncIterator[Callable[[float], Awaitable[bool]]]:
    """Yield a function that waits for the session's next event, for up to a number of seconds.

    The function returns whether an event arrived in this time. If Redis is unavailable at the
    start, the function always waits for the full time and returns False.
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
    """Waits for the events of one channel.

    A wait that times out does not cancel the pending receive, because a cancelled receive removes
    the channel from its group.
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
    """Send the events after commit.

    In a thread of `run_sync`, the event loop that waits for the thread sends them, because its
    connections to Redis are open. The thread does not wait for this. Other threads send them on a
    new event loop.
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
