"""What the server sends."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from sessions_app.protocol.incoming import Ping, Pong


class Progress(
    Struct, rename="camel", tag_field="type", tag="progress", omit_defaults=True, frozen=True
):
    progress: int
    message: str
    request_id: str | None = None
    generation_id: UUID | None = None


class EngineGenerate(
    Struct, rename="camel", tag_field="type", tag="generate", omit_defaults=True, frozen=True
):
    """Asks an engine. The guide's clients read `prompt` and `options`; ours read `messages` and
    `responseFormat`.
    """

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


class Result(
    Struct, rename="camel", tag_field="type", tag="result", omit_defaults=True, frozen=True
):
    data: ResultData
    request_id: str | None = None
    generation_id: UUID | None = None
    deck_id: UUID | None = None
    seq: int | None = None


class Error(Struct, rename="camel", tag_field="type", tag="error", frozen=True):
    """A refusal or an outcome, in a sentence and a code.

    About a message that had ids, it gives them back, as far as they could be read; `seq` is there
    when it is the outcome of a generation.
    """

    error: str
    code: str
    retryable: bool = False
    retry_after: int | msgspec.UnsetType = msgspec.UNSET
    request_id: str | msgspec.UnsetType = msgspec.UNSET
    generation_id: UUID | msgspec.UnsetType = msgspec.UNSET
    seq: int | msgspec.UnsetType = msgspec.UNSET


class Card(Struct, rename="camel", tag_field="type", tag="card", omit_defaults=True, frozen=True):
    """One accepted card of a generation, before the result."""

    generation_id: UUID
    index: int
    card: dict[str, Any]
    seq: int
    request_id: str | None = None


class EngineCancel(Struct, rename="camel", tag_field="type", tag="cancel", frozen=True):
    """To an engine: stop this generation; whatever it still answers is dropped."""

    generation_id: UUID


class OpenGeneration(Struct, rename="camel", omit_defaults=True, frozen=True):
    """A generation without an outcome yet, as a snapshot shows it; `place` is how many of the
    user's are before it.
    """

    generation_id: UUID
    status: str
    attempt: int
    place: int
    topic: str
    count: int
    cards: list[dict[str, Any]]
    request_id: str | None = None
    engine: str | None = None


class SessionSnapshot(Struct, rename="camel", tag_field="type", tag="session", frozen=True):
    """The whole state a client needs: the session as REST shows it, its open generations, and the
    last number given.
    """

    session: dict[str, Any]
    generations: list[OpenGeneration]
    seq: int


ServerMessage = (
    Progress | EngineGenerate | Result | Error | Card | EngineCancel | SessionSnapshot | Ping | Pong
)
