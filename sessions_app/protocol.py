"""The messages on a socket: one typed struct each, `decode` for what comes in, `encode` for what goes out.

Pure: no Django, no clock, no I/O. The contract's section 2 is the source of every bound here; members that we do not know
are ignored, as it demands.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=1, le=50)]
Topic = Annotated[str, Meta(max_length=200)]
Word = Annotated[str, Meta(max_length=40)]
Prompt = Annotated[str, Meta(min_length=1, max_length=8_000)]
Source = Annotated[str, Meta(max_length=60_000)]
Sentence = Annotated[str, Meta(max_length=2_000)]

DEFAULT_COUNT = 10
CARDS_PATH = "webllm:flashcards"


class ProtocolError(Exception):
    """A message that is none. `code` is one of the contract's; `sentence` says what to send instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Limits:
    """Bytes of UTF-8 a message may have, and a `response` of an engine."""

    message_bytes: int = 65_536
    response_bytes: int = 1_048_576


# --- from clients ----------------------------------------------------------------------------------------------------
class Options(Struct, rename="camel", omit_defaults=True, frozen=True):
    """What the cards shall be like. Count and topic are filled in when missing: see `filled`."""

    count: Count | None = None
    topic: Topic | None = None
    language: Word | None = None
    difficulty: Word | None = None
    kind: Word | None = None
    source: Source | None = None
    refresh: bool = False
    save: bool = False

    def filled(self, prompt: str) -> dict[str, Any]:
        """As a plain dict in which count and topic always stand; `refresh` is about this request alone and not kept."""
        topic = self.topic if self.topic and self.topic.strip() else prompt.strip()[:200]
        options: dict[str, Any] = msgspec.to_builtins(self) | {"count": self.count or DEFAULT_COUNT, "topic": topic}
        options.pop("refresh", None)
        return options


class Generate(Struct, rename="camel", tag_field="type", tag="generate", frozen=True):
    """Asks for cards."""

    prompt: Prompt
    options: Options = Options()
    request_id: Annotated[str, Meta(min_length=1, max_length=100)] | None = None


class ResponseData(Struct, rename="camel", frozen=True):
    """What an engine made: a list of whatever it takes for cards, or the model's raw text."""

    cards: list[Any] | str


class Usage(Struct, rename="camel", omit_defaults=True, frozen=True):
    """What the answer cost the engine: tokens, and seconds of its own clock."""

    prompt_tokens: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    completion_tokens: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    seconds: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None


class Response(Struct, rename="camel", tag_field="type", tag="response", frozen=True):
    """An engine's answer to a `generate`."""

    cache_key: Annotated[str, Meta(max_length=1_000)]
    data: ResponseData
    generation_id: UUID | None = None
    lease: UUID | None = None
    usage: Usage | None = None


class EngineError(Struct, rename="camel", tag_field="type", tag="error", frozen=True):
    """An engine could not do what it was asked, or (with no generation) cannot run at all."""

    error: Sentence
    code: Word | None = None
    generation_id: UUID | None = None


class EngineProgress(Struct, rename="camel", tag_field="type", tag="progress", frozen=True):
    """An engine is alive and working; renews its lease."""

    progress: Annotated[float, Meta(ge=0, le=100)]
    message: Sentence = ""
    generation_id: UUID | None = None
    tokens: Annotated[int, Meta(ge=0)] | None = None


ClientMessage = Generate | Response | EngineError | EngineProgress


# --- from the server -------------------------------------------------------------------------------------------------
class Progress(Struct, rename="camel", tag_field="type", tag="progress", omit_defaults=True, frozen=True):
    progress: int
    message: str
    request_id: str | None = None
    generation_id: UUID | None = None


class EngineGenerate(Struct, rename="camel", tag_field="type", tag="generate", omit_defaults=True, frozen=True):
    """Asks an engine. The guide's clients read `prompt` and `options`; ours read `messages` and `responseFormat`."""

    prompt: str
    options: dict[str, Any]
    generation_id: UUID
    attempt: int
    lease: UUID
    cache_key: str
    messages: list[dict[str, str]]
    response_format: dict[str, Any]
    cards_so_far: list[dict[str, Any]]
    request_id: str | None = None


class ResultData(Struct, rename="camel", omit_defaults=True, frozen=True):
    cards: list[dict[str, Any]]
    cached: bool = False
    partial: bool = False


class Result(Struct, rename="camel", tag_field="type", tag="result", omit_defaults=True, frozen=True):
    data: ResultData
    request_id: str | None = None
    generation_id: UUID | None = None


class Error(Struct, rename="camel", tag_field="type", tag="error", frozen=True):
    error: str
    code: str
    retryable: bool = False
    retry_after: int | msgspec.UnsetType = msgspec.UNSET
    request_id: str | msgspec.UnsetType = msgspec.UNSET
    generation_id: UUID | msgspec.UnsetType = msgspec.UNSET


ServerMessage = Progress | EngineGenerate | Result | Error


# --- both ways -------------------------------------------------------------------------------------------------------
_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_encoder = msgspec.json.Encoder()
_FAULT = re.compile(r"^(?P<fault>.*?)(?: - at `\$\.?(?P<member>.*)`)?$", re.DOTALL)
# JavaScript writes half of a surrogate pair as an escape; no UTF-8 can hold it, so it becomes U+FFFD
_HALF_PAIR = re.compile(r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]..")


def decode(text: str, limits: Limits = Limits()) -> ClientMessage:
    """The message in one text frame. Raises ProtocolError, and nothing else, for whatever is none."""
    size = _size(text)
    if size > limits.response_bytes:
        raise ProtocolError("too_large", f"This message has {size} bytes; send {limits.response_bytes} at most.")
    message = _parsed(_HALF_PAIR.sub(r"\\ufffd", text) if _HALF_PAIR.search(text) else text)
    if size > limits.message_bytes and not isinstance(message, Response):
        raise ProtocolError("too_large", f"This message has {size} bytes; send {limits.message_bytes} at most.")
    if isinstance(message, Generate):
        _refuse_nul(message)
    return message


def encode(message: ServerMessage) -> str:
    """The text frame of a message."""
    return _encoder.encode(message).decode()


def cache_key(topic: str, count: int) -> str:
    """The guide's cache key: what clients see and send, and no key of ours."""
    return f"{CARDS_PATH}:{topic}:{count}"


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _parsed(text: str) -> ClientMessage:
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeError):
        raise ProtocolError("invalid_json", "This is not JSON: send one JSON object in a text frame.") from None
    except RecursionError:
        raise ProtocolError("invalid_json", "This JSON is nested too deeply: send a flat object.") from None


def _invalid(problem: str) -> ProtocolError:
    match = _FAULT.match(problem)
    fault, member = (match["fault"], match["member"]) if match else (problem, None)
    if member == "type":
        return ProtocolError("unknown_type", f"{fault}: a client sends generate, response, progress or error.")
    if member:
        return ProtocolError("invalid_message", f"{member}: {fault}.")
    if fault.startswith("Object missing"):
        return ProtocolError("invalid_message", f"{fault}.")
    return ProtocolError("invalid_message", f"{fault}: send one JSON object with a `type`.")


def _refuse_nul(message: Generate) -> None:
    values = {"prompt": message.prompt, "requestId": message.request_id, **msgspec.to_builtins(message.options)}
    for name, value in values.items():
        if isinstance(value, str) and "\0" in value:
            raise ProtocolError("invalid_message", f"{name}: has a NUL character, which no text can hold; take it out.")
