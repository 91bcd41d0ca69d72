"""Makes daphne wait for slow readers.

Its own `send` returns at once and keeps what the client has not taken yet: a class of 30 on a slow network, each fetching
a model of 269 MB, would be 8 GB of memory. Twisted, beneath it, says when a connection is full; here `send` waits for it.
"""

import asyncio
from typing import Any

from daphne.http_protocol import WebRequest
from daphne.server import Server
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

_send_at_once = Server.handle_reply


@implementer(IPushProducer)
class Flow:
    """Open while the connection takes more; Twisted calls these methods."""

    def __init__(self) -> None:
        self._is_open = asyncio.Event()
        self._is_open.set()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_open.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_open.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_open.set()  # the connection is gone: nobody to wait for

    async def wait(self) -> None:
        """Until the connection takes more, or is gone."""
        await self._is_open.wait()


def _follow(request: WebRequest, more_body: bool) -> None:
    if more_body and request.producer is None:
        request.registerProducer(Flow(), True)
    elif not more_body and request.producer is not None:
        request.unregisterProducer()  # Twisted refuses to finish a response that somebody still produces


async def _send_and_wait(server: Server, protocol: Any, message: dict[str, Any]) -> None:
    if isinstance(protocol, WebRequest) and protocol.channel is not None:
        _follow(protocol, message.get("more_body", False))
    await _send_at_once(server, protocol, message)
    flow = getattr(protocol, "producer", None)
    if isinstance(flow, Flow):
        await flow.wait()


def install() -> None:
    """Replaces daphne's `send` in this process; harmless when done twice, and where daphne does not run."""
    Server.handle_reply = _send_and_wait
