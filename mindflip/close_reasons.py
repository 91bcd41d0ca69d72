"""Makes daphne give the reason of a close, which it drops, and any code: the contract promises words with each close code."""

from typing import Any

from autobahn.util import encode_truncate
from autobahn.websocket.types import ConnectionDeny
from daphne.ws_protocol import WebSocketProtocol

from sessions_app.sockets import CLOSE_CODE

LONGEST_REASON = 123  # bytes that a close frame has for it (RFC 6455)
_reply = WebSocketProtocol.handle_reply


def _reply_with_reason(protocol: WebSocketProtocol, message: dict[str, Any]) -> None:
    is_close, is_open = message.get("type") == "websocket.close", protocol.state != protocol.STATE_CONNECTING
    if is_close and not is_open and message.get("code") == CLOSE_CODE:
        _refuse_for_now(protocol, message["reason"])
    elif is_close and is_open and message.get("reason"):
        # not sendClose, which refuses 1011, the code for a fault of the server
        protocol.sendCloseFrame(message.get("code") or 1000, encode_truncate(message["reason"], LONGEST_REASON))
    else:
        _reply(protocol, message)


def _refuse_for_now(protocol: WebSocketProtocol, reason: str) -> None:
    """With 503, where daphne has 403 alone: proxies take the next server, and clients come back."""
    protocol.handshake_deferred.errback(ConnectionDeny(code=503, reason=reason))
    del protocol.handshake_deferred
    protocol.server.protocol_disconnected(protocol)


def install() -> None:
    """Replaces daphne's answer to a close in this process; harmless when done twice, and where daphne does not run."""
    WebSocketProtocol.handle_reply = _reply_with_reason
