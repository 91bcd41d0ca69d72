"""The messages on a socket: one typed struct each, `decode` for what comes in, `encode` for what goes out.

Pure: no Django, no clock, no I/O. The contract's section 2 is the source of every bound here; members that we do not know
are ignored, as it demands.
"""

from sessions_app.protocol.codec import GUIDE, V1, Limits, ProtocolError, cache_key, decode, encode, generate_of, ids_of, type_of
from sessions_app.protocol.incoming import (
    Cancel,
    ClientMessage,
    EngineCard,
    EngineError,
    EngineProgress,
    Generate,
    GuideMessage,
    Options,
    Ping,
    Pong,
    Ready,
    Response,
    Resume,
)
from sessions_app.protocol.outgoing import (
    Card,
    EngineCancel,
    EngineGenerate,
    Error,
    OpenGeneration,
    Progress,
    Result,
    ResultData,
    ServerMessage,
    SessionSnapshot,
)

__all__ = [
    "GUIDE",
    "V1",
    "Cancel",
    "Card",
    "ClientMessage",
    "EngineCancel",
    "EngineCard",
    "EngineError",
    "EngineGenerate",
    "EngineProgress",
    "Error",
    "Generate",
    "GuideMessage",
    "Limits",
    "OpenGeneration",
    "Options",
    "Ping",
    "Pong",
    "Progress",
    "ProtocolError",
    "Ready",
    "Response",
    "Result",
    "ResultData",
    "Resume",
    "ServerMessage",
    "SessionSnapshot",
    "cache_key",
    "decode",
    "encode",
    "generate_of",
    "ids_of",
    "type_of",
]
