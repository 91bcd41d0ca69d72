"""The sockets that are open in this process, and the end of all of them when it is to stop."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from typing import Protocol

# "service restart" (RFC 6455's registry): the client is to come back, and nothing is wrong
CLOSE_CODE = 1012
REASON = "This server restarts: connect again."
CLOSES_PER_SECOND = 50  # who all come back at the same moment would be too much for the others


class FlowControl(Protocol):
    """What the server knows of one connection; it is `flow` in the scope of a socket."""

    is_lost: bool  # the connection is closed, whatever the client sent before is still being read

    @property
    def is_open(self) -> bool:
        """False while the client has yet to take what it was sent.

        What is sent then is kept in memory.
        """

    @property
    def unsent_bytes(self) -> int:
        """How much the server keeps for the client."""

    async def wait_until_open(self) -> bool:
        """Wait until the client has taken everything; return False if the connection was closed
        instead.
        """

    def message_taken(self) -> None:
        """Note that the application took a message: the server stops reading when too many wait."""


class NoFlowControl:
    """The flow of a server that has none."""

    is_lost = False
    is_open = True
    unsent_bytes = 0

    async def wait_until_open(self) -> bool:
        return True

    def message_taken(self) -> None:
        """Nothing waits."""


class Socket(Protocol):
    """What a consumer is here."""

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
    """Whether this process is to stop: it takes no new sockets."""
    return _is_draining


def count_by_dialect() -> Counter[str]:
    return Counter(socket.dialect for socket in list(_open))


def unsent_bytes() -> int:
    """Return how many bytes wait for clients that have not taken them yet."""
    return sum(socket.unsent_bytes for socket in list(_open))


def start_draining(is_draining_now: bool = True) -> None:
    """From now on no socket is let in."""
    global _is_draining
    _is_draining = is_draining_now


async def close_all(within: float) -> None:
    """Close each socket, in an order of chance and spread over `within` seconds at most; what a
    socket is at is finished first.
    """
    sockets = list(_open)
    spread = min(within, len(sockets) / CLOSES_PER_SECOND)
    delays = [random.uniform(0, spread) for _ in sockets]  # noqa: S311 - nothing secret
    await asyncio.gather(*map(_close, sockets, delays), return_exceptions=True)


async def _close(socket: Socket, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await socket.drain()
