"""Conversion between text frames and messages."""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from sessions_app.protocol.incoming import (
    REQUEST_ID_LENGTH,
    ClientMessage,
    EngineCard,
    Generate,
    GuideMessage,
    Response,
)
from sessions_app.protocol.outgoing import ServerMessage

GUIDE = "guide"
V1 = "mindflip.v1"
CARDS_PATH = "webllm:flashcards"
LEVELS = 32  # of nesting; no message or body of the API has more than 8


class ProtocolError(Exception):
    """A frame that is not a valid message.

    `code` is an error code of docs/protocol.md, and `message` explains what to send instead. If a
    field is invalid, it starts with the path of the `field`, and `reason` is the rest.
    `message_type` and `about` (the IDs in the message) are set as far as they can be read.
    """

    def __init__(self, code: str, reason: str | Promise, *, field: str = "") -> None:
        self.reason = str(reason)
        self.message = f"{field}: {self.reason}" if field else self.reason
        super().__init__(self.message)
        self.code = code
        self.field = field
        self.message_type = ""
        self.about: dict[str, Any] = {}


@dataclass(frozen=True)
class Limits:
    """The largest sizes of a message and of an engine's `response`, in bytes of UTF-8."""

    message_bytes: int = 65_536
    response_bytes: int = 1_048_576


_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    GUIDE: msgspec.json.Decoder(GuideMessage),
    V1: msgspec.json.Decoder(ClientMessage),
}
_encoder = msgspec.json.Encoder()
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")
_CACHE_KEY = re.compile(rf"{CARDS_PATH}:(?P<topic>.*):(?P<count>[0-9]{{1,2}})", re.DOTALL)
_FAULT = re.compile(r"^(?P<fault>.*?)(?: - at `\$\.?(?P<member>.*)`)?$", re.DOTALL)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def decode(text: str, limits: Limits = Limits(), dialect: str = GUIDE) -> ClientMessage:
    """Return the message in a text frame of this dialect.

    Raise ProtocolError if it is too large or not a valid message.
    """
    try:
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if size > limits.response_bytes:
            raise _too_large(size, limits.response_bytes)
        message = _parsed(text, _decoders[dialect])
        if size > limits.message_bytes and not isinstance(message, Response):
            raise _too_large(size, limits.message_bytes)
        # Cards come from a model, so they are cleaned instead of rejected.
        if isinstance(message, Response | EngineCard):
            return message
        if text.count("{") + text.count("[") > LEVELS and is_too_deep(msgspec.to_builtins(message)):
            raise ProtocolError("invalid_json", too_deep_message())
        if "\\u0000" in text:  # in JSON, NUL must be escaped
            _check_storable(msgspec.to_builtins(message))
        return message
    except RecursionError:
        raise ProtocolError("invalid_json", too_deep_message()) from None
    except ProtocolError as error:
        envelope = _envelope_of(text)
        error.message_type, error.about = envelope.message_type, envelope.ids
        raise


def too_deep_message() -> str:
    """Return the message about a value with more than LEVELS levels of nesting."""
    return ngettext(
        "Use at most %(count)d level of nesting in JSON.",
        "Use at most %(count)d levels of nesting in JSON.",
        LEVELS,
    ) % {"count": LEVELS}


def is_too_deep(value: Any) -> bool:
    """Return whether a decoded value has more than LEVELS levels of nesting."""
    containers = [value] if isinstance(value, dict | list) else []
    for _ in range(LEVELS):
        inner = [
            item
            for container in containers
            for item in (container.values() if isinstance(container, dict) else container)
        ]
        containers = [item for item in inner if isinstance(item, dict | list)]
        if not containers:
            return False
    return True


def type_of(text: str) -> str:
    """Return the `type` in a text frame, or an empty string if it cannot be read.

    The frame does not have to be a valid message.
    """
    return _envelope_of(text).message_type


def tag_of(message: Any) -> str:
    """Return the `type` of a decoded message."""
    return str(type(message).__struct_config__.tag)


def ids_of(message: Any) -> dict[str, Any]:
    """Return the `request_id` and `generation_id` of a message, if it has them.

    An `error` about the message repeats them.
    """
    ids = {name: getattr(message, name, None) for name in ("request_id", "generation_id")}
    return {name: value for name, value in ids.items() if value is not None}


class _Envelope(msgspec.Struct, rename="camel"):
    """The fields that can be read in a frame that is not a valid message."""

    type: Any = None
    request_id: Any = None
    generation_id: Any = None

    @property
    def message_type(self) -> str:
        return self.type if isinstance(self.type, str) else ""

    @property
    def ids(self) -> dict[str, Any]:
        ids: dict[str, Any] = {}
        if isinstance(self.request_id, str) and 0 < len(self.request_id) <= REQUEST_ID_LENGTH:
            ids["request_id"] = self.request_id
        if isinstance(self.generation_id, str):
            with suppress(ValueError):
                ids["generation_id"] = UUID(self.generation_id)
        return ids


def _envelope_of(text: str) -> _Envelope:
    try:
        return msgspec.json.decode(text, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError):
        return _Envelope()


def generate_of(body: Any) -> Generate:
    """Return the `generate` message in a decoded JSON body, for clients without a socket.

    Raise ProtocolError if the body is not valid.
    """
    try:
        message = msgspec.convert(body, Generate)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except UnicodeEncodeError:
        _check_storable(body)
        raise
    _check_storable(msgspec.to_builtins(message))
    return message


def encode(message: ServerMessage) -> str:
    """Return the text frame of a message."""
    return _encoder.encode(message).decode()


def cache_key(topic: str, count: int) -> str:
    """Return the integration guide's cache key, which clients receive and send.

    The server does not store results under it.
    """
    return f"{CARDS_PATH}:{topic}:{count}"


def parse_cache_key(key: str) -> tuple[str, int]:
    """Return the topic and the count in a cache key of the integration guide.

    Return an empty topic and 0 if the key is not valid.
    """
    match = _CACHE_KEY.fullmatch(key)
    return (match["topic"], int(match["count"])) if match else ("", 0)


def _parsed(text: str, decoder: msgspec.json.Decoder[Any]) -> ClientMessage:
    try:
        message: ClientMessage = decoder.decode(text)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeError):
        # A lone surrogate can only be an escape, which starts with `\ud` (U+D000 to U+DFFF).
        if ("\\ud" in text or "\\uD" in text) and (
            mended := _replace_lone_surrogates(text)
        ) != text:
            return _parsed(mended, decoder)
        raise ProtocolError(
            "invalid_json", gettext("This is not JSON: send one JSON object in a text frame.")
        ) from None
    return message


def _replace_lone_surrogates(text: str) -> str:
    """Return the same JSON with U+FFFD for each surrogate that is not part of a pair.

    JavaScript writes a lone surrogate as an escape, but UTF-8 cannot represent it. Return the text
    unchanged if it is not JSON.
    """
    try:
        plain = json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
    return plain.translate(_SURROGATES)


def _too_large(size: int, limit: int) -> ProtocolError:
    message = ngettext(
        "This message has %(count)d byte; send %(limit)d at most.",
        "This message has %(count)d bytes; send %(limit)d at most.",
        size,
    )
    return ProtocolError("too_large", message % {"count": size, "limit": limit})


def _invalid(problem: str) -> ProtocolError:
    """Return the error for a problem that msgspec describes, in English."""
    match = _FAULT.match(problem)
    message, field = (match["fault"], match["member"]) if match else (problem, None)
    if field == "type":
        text = gettext("%(problem)s: this dialect has no such message from a client.")
        return ProtocolError("unknown_type", text % {"problem": message})
    if field or message.startswith("Object missing"):
        sentence = f"{message}."  # untranslated: msgspec's text
        return ProtocolError("invalid_message", sentence, field=field or "")
    text = gettext("%(problem)s: send one JSON object with a `type`.")
    return ProtocolError("invalid_message", text % {"problem": message})


def _check_storable(value: Any, path: str = "") -> None:
    """Raise ProtocolError with the path of the first text that PostgreSQL cannot store.

    The path of a key is that of its object. In frames, lone surrogates have already been replaced.
    In request bodies, they have not.
    """
    if isinstance(value, str) and _UNSTORABLE.search(value):
        reason = gettext("Remove NUL characters and half surrogate pairs.")
        raise ProtocolError("invalid_message", reason, field=path)
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_storable(name, path)
            _check_storable(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            _check_storable(inner, path)
