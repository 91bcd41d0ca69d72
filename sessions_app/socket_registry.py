"""The open sockets of this process, which are closed when the process stops."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from typing import Protocol

from django.utils.translation import gettext_lazy

# "Service restart" (registry of RFC 6455): nothing is wrong, and the client should reconnect.
CLOSE_CODE = 1012
REASON = gettext_lazy("This server restarts: connect again.")
CLOSES_PER_SECOND = 50  # limits how many clients reconnect to other processes at the same time


class FlowControl(Protocol):
    """The server's state of a connection, which is `flow` in the scope of a socket."""

    is_lost: bool  # the connection is closed; earlier messages may still be unread

    @property
    def is_open(self) -> bool:
        """False while too much sent data waits for the client.

        Data that is sent in this state is kept in memory.
        """

    @property
    def unsent_bytes(self) -> int:
        """The number of bytes that the server keeps in memory for the client."""

    async def wait_until_open(self) -> bool:
        """Wait until the client has received everything.

        Return False if the connection is closed before that.
        """

    def message_taken(self) -> None:
        """Record that the application took a message.

        The server stops reading from the client while too many messages wait.
        """


class NoFlowControl:
    """The flow of a connection whose server does not control it."""

    is_lost = False
    is_open = True
    unsent_bytes = 0

    async def wait_until_open(self) -> bool:
        return True

    def message_taken(self) -> None:
        """Do nothing."""


class Socket(Protocol):
    """The part of a consumer that this module uses."""

    dialect: str

    @property
    def unsent_bytes(self) -> int: ...

    def drain(self) -> Awaitable[None]: ...


_open: set[Socket] = set()
_is_draining = False


def register(socket: Socket) -> None:
    _open.add(socket)


def unregister(socket: Socket) -> None:
    _open.discard(socket)


def is_draining() -> bool:
    """Return whether this process is stopping and accepts no new sockets."""
    return _is_draining


def count_by_dialect() -> Counter[str]:
    return Counter(socket.dialect for socket in list(_open))


def unsent_bytes() -> int:
    """Return how many bytes are waiting for clients that have not received them yet."""
    return sum(socket.unsent_bytes for socket in list(_open))


def start_draining(is_draining_now: bool = True) -> None:
    """Stop accepting sockets."""
    global _is_draining
    _is_draining = is_draining_now


async def close_all(within: float) -> None:
    """Close all sockets in random order, spread over at most `within` seconds.

    Each socket finishes its current work first.
    """
    sockets = list(_open)
    spread = min(within, len(sockets) / CLOSES_PER_SECOND)
    delays = [random.uniform(0, spread) for _ in sockets]  # noqa: S311 - nothing secret
    await asyncio.gather(*map(_close, sockets, delays), return_exceptions=True)


async def _close(socket: Socket, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await socket.drain()
