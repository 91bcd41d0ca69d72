"""Patches that make daphne wait for slow readers and send the reason of a close.

Daphne's own `send` returns immediately and buffers everything that the client has not read yet. If
a class of 30 on a slow network downloads a model of 269 MB, this takes 8 GB of memory. Twisted,
which daphne is built on, reports when a connection's buffer is full. For HTTP, the patched `send`
then waits. For WebSockets, the patch adds the connection's state to the scope as `flow`
(`sessions_app.socket_registry.FlowControl`), and the application decides when to send. This module
also limits how much received data may wait for the application.

Daphne drops the reason of a close, and it rejects some close codes. The protocol promises a reason
with each close code.
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

# When more bytes than this wait for the application, the server stops reading from the client.
UNREAD_MAX_BYTES = 262_144
UNREAD_OVERHEAD_BYTES = 4096  # added per message, because small messages cause work too
# The client has this long to read the remaining data and the close frame. Then the connection is
# aborted.
CLOSE_TIMEOUT_SECONDS = 5
MAX_REASON_BYTES = 123  # maximum size of the reason in a close frame (RFC 6455)

_send_at_once = Server.handle_reply
_create_application = Server.create_application
_reply = WebSocketProtocol.handle_reply


@implementer(IPushProducer)
class FlowControl:
    """Flow control of a connection: open while the connection can take more data.

    Twisted calls `pauseProducing`, `resumeProducing` and `stopProducing`.
    """

    def __init__(self) -> None:
        self._is_open = asyncio.Event()
        self._is_open.set()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_open.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_open.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_open.set()  # the connection is closed, so waiting would never end

    async def wait(self) -> None:
        """Wait until the connection can take more data or is closed."""
        await self._is_open.wait()


class SocketFlowControl(FlowControl):
    """Flow control of a WebSocket in both directions (`socket_registry.FlowControl`)."""

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
        """True unless reading from the client is paused."""
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
        """Record that the connection is closed.

        Twisted does not call `stopProducing` after an abort.
        """
        self.is_lost = True
        self.stopProducing()

    def received(self, size: int) -> None:
        """Count a message that was added to the application's queue."""
        self._unread += size + UNREAD_OVERHEAD_BYTES
        if not self.is_reading:
            self._protocol.transport.pauseProducing()

    def message_taken(self) -> None:
        if self._unread and self._protocol.application_queue.empty():
            was_reading, self._unread = self.is_reading, 0
            if not was_reading and not self.is_lost:
                self._protocol.transport.resumeProducing()


class SocketProtocol(WebSocketProtocol):
    """Daphne's WebSocket protocol with flow control.

    While the client does not read, the protocol does not answer its pings.
    """

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        self.flow = SocketFlowControl(self)
        self.transport.unregisterProducer()  # the HTTP channel, which no longer uses the connection
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
        """Close the connection because of a missing pong, unless the flow is paused.

        While the client does not read, our ping may still wait behind other data. While the server
        does not read, it cannot see the pong. The application monitors these clients itself.
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
        # Daphne can reject only with 403. After 503, proxies try the next server, and clients
        # retry.
        deny = ConnectionDeny(code=503, reason=message["reason"])
        protocol.handshake_deferred.errback(deny)
        del protocol.handshake_deferred
        protocol.server.protocol_disconnected(protocol)
    elif is_close and is_open and message.get("reason"):
        # sendClose would reject 1011, the code for a server error.
        protocol.sendCloseFrame(
            message.get("code") or 1000, encode_truncate(message["reason"], MAX_REASON_BYTES)
        )
    else:
        _reply(protocol, message)


def install() -> None:
    """Patch daphne in this process.

    It is safe to call this twice, and in processes that do not run daphne.
    """
    Server.handle_reply = _send_and_wait
    Server.create_application = _create_with_flow
    WebSocketFactory.protocol = SocketProtocol
    WebSocketProtocol.handle_reply = _reply_with_reason
