"""Makes daphne give the reason of a close, which it drops, and any code: the contract promises words with each close code."""

from typing import Any

from autobahn.util import encode_truncate
from daphne.ws_protocol import WebSocketProtocol

LONGEST_REASON = 123  # bytes that a close frame has for it (RFC 6455)
_reply = WebSocketProtocol.handle_reply


def _reply_with_reason(protocol: WebSocketProtocol, message: dict[str, Any]) -> None:
    is_close = message.get("type") == "websocket.close" and protocol.state != protocol.STATE_CONNECTING
    if is_close and message.get("reason"):
        # not sendClose, which refuses 1011, the code for a fault of the server
        protocol.sendCloseFrame(message.get("code") or 1000, encode_truncate(message["reason"], LONGEST_REASON))
    else:
        _reply(protocol, message)


def install() -> None:
    """Replaces daphne's answer to a close in this process; harmless when done twice, and where daphne does not run."""
    WebSocketProtocol.handle_reply = _reply_with_reason
