"""Messages that the server sends."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from sessions_app.protocol.incoming import Ping, Pong


class Progress(
    Struct, rename="camel", tag_field="type", tag="progress", omit_defaults=True, frozen=True
):
    """The progress of a request, in percent, with a text for the user."""

    progress: int
    message: str
    request_id: str | None = None
    generation_id: UUID | None = None


class EngineGenerate(Struct, rename="camel", tag_field="type", tag="generate", frozen=True):
    """A request to an engine.

    Clients of the integration guide use `prompt` and `options`. MindFlip's own client uses
    `messages` and `responseFormat`, or `passages`, which is present if the cards can be made from
    one sentence of the notes after the other.
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
    passages: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class ResultData(Struct, rename="camel", omit_defaults=True, frozen=True):
    """The cards of a result.

    `cached` is true if they are from the cache, and `partial` if there are fewer than requested.
    """

    cards: list[dict[str, Any]]
    cached: bool = False
    partial: bool = False


class Result(
    Struct, rename="camel", tag_field="type", tag="result", omit_defaults=True, frozen=True
):
    """The result of a request.

    `seq` is present if the result is the numbered outcome of a generation.
    """

    data: ResultData
    request_id: str | None = None
    generation_id: UUID | None = None
    seq: int | None = None


class Error(Struct, rename="camel", tag_field="type", tag="error", frozen=True):
    """The rejection of a message or the failure of a generation, with a text and a code.

    It repeats the IDs of the message that it is about, as far as they could be read. `seq` is
    present if it is the numbered outcome of a generation.
    """

    error: str
    code: str
    retryable: bool = False
    retry_after: int | msgspec.UnsetType = msgspec.UNSET
    request_id: str | msgspec.UnsetType = msgspec.UNSET
    generation_id: UUID | msgspec.UnsetType = msgspec.UNSET
    seq: int | msgspec.UnsetType = msgspec.UNSET


class Card(Struct, rename="camel", tag_field="type", tag="card", omit_defaults=True, frozen=True):
    """An accepted card of a generation, sent before the result."""

    generation_id: UUID
    index: int
    card: dict[str, Any]
    seq: int
    request_id: str | None = None


class EngineCancel(Struct, rename="camel", tag_field="type", tag="cancel", frozen=True):
    """A request to an engine to stop a generation; its later responses are not accepted."""

    generation_id: UUID


class OpenGeneration(Struct, rename="camel", omit_defaults=True, frozen=True):
    """A generation without an outcome, as part of a snapshot.

    `place` is the number of the user's generations before it in the queue.
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
    """The complete state of a session.

    It contains the session as in the REST API (without `wsUrl`), its open generations, and the last
    number that was assigned.
    """

    session: dict[str, Any]
    generations: list[OpenGeneration]
    seq: int


ServerMessage = (
    Progress | EngineGenerate | Result | Error | Card | EngineCancel | SessionSnapshot | Ping | Pong
)
