"""Makes daphne wait for slow readers, and give the reason of a close.

Daphne's own `send` returns at once and keeps what the client has not taken yet: a class of 30 on a
slow network, each fetching a model of 269 MB, would be 8 GB of memory. Twisted, beneath it, says
when a connection is full. Over HTTP, `send` then waits. A WebSocket's application finds the state
of its connection in the scope as `flow`, and decides when it sends
(`sessions_app.socket_registry.FlowControl`); what it has not read is bounded here.

Of a close daphne drops the reason, and it refuses some codes: the contract promises words with each
close code.
"""

import asyncio
from typing import Any

from autobahn.util import encode_truncate
from autobahn.websocket.types import ConnectionDeny
from daphne.http_protocol import WebRequest
from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from sessions_app.socket_registry import CLOSE_CODE

# of messages that the application has not read yet; then the client is not read from
UNREAD_MAX_BYTES = 262_144
UNREAD_OVERHEAD_BYTES = 4096  # what a small message counts, for the work that it may be
# for the client to take the rest and the reason of a close, before the connection is aborted
CLOSE_TIMEOUT_SECONDS = 5
MAX_REASON_BYTES = 123  # bytes that a close frame has for it (RFC 6455)

_send_at_once = Server.handle_reply
_create_application = Server.create_application
_reply = WebSocketProtocol.handle_reply


@implementer(IPushProducer)
class FlowControl:
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


class SocketFlowControl(FlowControl):
    """Control the flow of a WebSocket in both directions (`socket_registry.FlowControl`)."""

    def __init__(self, protocol: "SocketProtocol") -> None:
        super().__init__()
        self._protocol = protocol
        self.is_lost = False
        self._unread = 0

    @property
    def is_open(self) -> bool:
        return self._is_open.is_set()

    @property
    def is_reading(self) -> bool:
        """Whether anything is read from the client."""
        return self._unread <= UNREAD_MAX_BYTES

    @property
    def unsent_bytes(self) -> int:
        transport = self._protocol.transport
        return (
            0
            if self.is_lost
            else len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        )

    async def wait_until_open(self) -> bool:
        await self.wait()
        return not self.is_lost

    def lost(self) -> None:
        """The connection is closed. Twisted does not call `stopProducing` after an abort."""
        self.is_lost = True
        self.stopProducing()

    def received(self, size: int) -> None:
        """A message was put into the application's queue."""
        self._unread += size + UNREAD_OVERHEAD_BYTES
        if not self.is_reading:
            self._protocol.transport.pauseProducing()

    def message_taken(self) -> None:
        if self._unread and self._protocol.application_queue.empty():
            was_reading, self._unread = self.is_reading, 0
            if not was_reading and not self.is_lost:
                self._protocol.transport.resumeProducing()


class SocketProtocol(WebSocketProtocol):
    """Daphne's WebSocket with a flow.

    Whatever it would send without the application's knowledge waits while the client does not read.
    """

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        self.flow = SocketFlowControl(self)
        self.transport.unregisterProducer()  # the HTTP channel, which is done with this connection
        self.transport.registerProducer(self.flow, True)
        super().connectionMade()
        self.closeHandshakeTimeout = CLOSE_TIMEOUT_SECONDS

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        super().connectionLost(reason)
        self.flow.lost()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803 - autobahn's names
        super().onMessage(payload, isBinary)
        self.flow.received(len(payload))

    def onPing(self, payload: bytes) -> None:  # noqa: N802 - autobahn's name
        if self.flow.is_open:
            super().onPing(payload)

    def onAutoPingTimeout(self) -> None:  # noqa: N802 - autobahn's name
        """A pong that is not read, or that answers a ping behind other data, cannot be missed: the
        application watches these clients.
        """
        if self.flow.is_open and self.flow.is_reading:
            super().onAutoPingTimeout()
        else:
            self.autoPingTimeoutCall = None


async def _send_and_wait(server: Server, protocol: Any, message: dict[str, Any]) -> None:
    if isinstance(protocol, WebRequest) and protocol.channel is not None:
        more_body = message.get("more_body", False)
        if more_body and protocol.producer is None:
            protocol.registerProducer(FlowControl(), True)
        elif not more_body and protocol.producer is not None:
            # Twisted cannot finish a response that still has a producer.
            protocol.unregisterProducer()
    await _send_at_once(server, protocol, message)
    flow = getattr(protocol, "producer", None)
    if isinstance(flow, FlowControl):
        await flow.wait()


def _create_with_flow(server: Server, protocol: Any, scope: dict[str, Any]) -> Any:
    if isinstance(protocol, SocketProtocol):
        scope["flow"] = protocol.flow
    return _create_application(server, protocol, scope)


def _reply_with_reason(protocol: WebSocketProtocol, message: dict[str, Any]) -> None:
    is_close = message.get("type") == "websocket.close"
    is_open = protocol.state != protocol.STATE_CONNECTING
    if is_close and not is_open and message.get("code") == CLOSE_CODE:
        # Daphne rejects with 403 only. After 503, proxies use the next server, and clients retry.
        deny = ConnectionDeny(code=503, reason=message["reason"])
        protocol.handshake_deferred.errback(deny)
        del protocol.handshake_deferred
        protocol.server.protocol_disconnected(protocol)
    elif is_close and is_open and message.get("reason"):
        # not sendClose, which refuses 1011, the code for a fault of the server
        protocol.sendCloseFrame(
            message.get("code") or 1000, encode_truncate(message["reason"], MAX_REASON_BYTES)
        )
    else:
        _reply(protocol, message)


def install() -> None:
    """Patch daphne in this process; harmless when done twice, and where daphne does not run."""
    Server.handle_reply = _send_and_wait
    Server.create_application = _create_with_flow
    WebSocketFactory.protocol = SocketProtocol
    WebSocketProtocol.handle_reply = _reply_with_reason
