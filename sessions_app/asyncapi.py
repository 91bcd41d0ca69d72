"""The AsyncAPI 3 document of the socket, generated from the message types.

It is stored in `docs/asyncapi.json`. Tests validate every message against it.
"""

import inspect
import re
from typing import Any, get_args

import msgspec

from sessions_app import protocol

CLIENT_TYPES: tuple[type, ...] = get_args(protocol.ClientMessage)
GUIDE_TYPES: tuple[type, ...] = get_args(protocol.GuideMessage)
SERVER_TYPES: tuple[type, ...] = get_args(protocol.ServerMessage)
GUIDE_SERVER_TYPES = (protocol.Progress, protocol.EngineGenerate, protocol.Result, protocol.Error)
REF = "#/components/schemas/{name}"
CLOSE_CODES = (
    "1012 restart · 4400 malformed · 4401 ticket · 4403 origin or user · 4404 closed · 4408 no"
    " pong, or unread messages · 4410 expired · 4413 size · 4429 rate"
)


def document() -> dict[str, Any]:
    """Return the whole document as JSON-compatible values."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "MindFlip session socket",
            "version": "1.0.0",
            "license": {"name": "MIT", "url": "https://spdx.org/licenses/MIT.html"},
            "description": (
                "One JSON object a text frame, told apart by `type`. Unknown members are ignored."
                f" Close codes: {CLOSE_CODES}."
            ),
        },
        "defaultContentType": "application/json",
        "servers": {"local": {"host": "localhost:3000", "protocol": "ws"}},
        "channels": {
            "guide": _channel(GUIDE_TYPES, GUIDE_SERVER_TYPES, None),
            "v1": _channel(CLIENT_TYPES, SERVER_TYPES, protocol.V1),
        },
        "operations": {
            **_operations("guide", GUIDE_TYPES, GUIDE_SERVER_TYPES),
            **_operations("v1", CLIENT_TYPES, SERVER_TYPES),
        },
        "components": {"messages": _messages(), "schemas": schemas()},
    }


def schemas() -> dict[str, Any]:
    """Return the JSON Schemas of all message types, and of the types in them, by type name."""
    _, components = msgspec.json.schema_components((*CLIENT_TYPES, *SERVER_TYPES), ref_template=REF)
    return unwrap_descriptions(components)


def unwrap_descriptions(part: Any) -> Any:
    """Return the schemas with every description unwrapped; most of them are docstrings."""
    if isinstance(part, dict):
        return {
            name: unwrap(value) if name == "description" else unwrap_descriptions(value)
            for name, value in part.items()
        }
    return [unwrap_descriptions(value) for value in part] if isinstance(part, list) else part


def unwrap(docstring: str) -> str:
    """Return the docstring with each paragraph and each item of a list on one line."""
    return re.sub(r"(?<!\n)\n[ \t]*+(?!\n|[*-] )", " ", inspect.cleandoc(docstring))


def schema_of(kind: type) -> dict[str, Any]:
    """Return the schema of a message type with all schemas that it refers to, for a validator."""
    return {"$ref": REF.format(name=kind.__name__), "components": {"schemas": schemas()}}


def _channel(
    incoming: tuple[type, ...], outgoing: tuple[type, ...], subprotocol: str | None
) -> dict[str, Any]:
    names = sorted({kind.__name__ for kind in (*incoming, *outgoing)})
    header = (
        {"type": "object", "properties": {"Sec-WebSocket-Protocol": {"const": subprotocol}}}
        if subprotocol
        else {"type": "object"}
    )
    ticket = {"type": "object", "properties": {"ticket": {"type": "string"}}}
    return {
        "address": "/ws/webllm/{sessionId}",
        "parameters": {
            "sessionId": {
                "description": "Out of POST /api/webllm/session; take its wsUrl as it is."
            }
        },
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"ws": {"query": ticket, "headers": header}},
    }


def _operations(
    channel: str, incoming: tuple[type, ...], outgoing: tuple[type, ...]
) -> dict[str, Any]:
    """Return a channel's operations from the server's point of view."""
    return {
        f"{channel}Receive": _operation("receive", channel, incoming),
        f"{channel}Send": _operation("send", channel, outgoing),
    }


def _operation(action: str, channel: str, kinds: tuple[type, ...]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/{channel}/messages/{kind.__name__}"} for kind in kinds]
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "messages": messages}


def _messages() -> dict[str, Any]:
    kinds: tuple[Any, ...] = (*CLIENT_TYPES, *SERVER_TYPES)
    return {
        kind.__name__: {
            "name": kind.__struct_config__.tag,
            **_described(kind),
            "payload": {"$ref": REF.format(name=kind.__name__)},
        }
        for kind in kinds
    }


def _described(kind: type) -> dict[str, str]:
    """Return the summary of a message type and, if it has more text, the whole description."""
    description = unwrap(kind.__doc__ or "")
    summary = description.partition("\n")[0]
    return {"summary": summary} | ({"description": description} if description != summary else {})
