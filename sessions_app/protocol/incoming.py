"""Messages that clients send, as requesters or as engines."""

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
Tokens = Annotated[int, Meta(ge=0, le=10_000_000)]
REQUEST_ID_LENGTH = 100
RequestId = Annotated[str, Meta(min_length=1, max_length=REQUEST_ID_LENGTH)]
ModelId = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._\-/:]+$")]

DEFAULT_COUNT = 10


class Options(Struct, rename="camel", omit_defaults=True, frozen=True):
    """Options for the requested cards.

    The default `count` is 10. The default `topic` is the start of the prompt, up to 200 characters.
    `source` contains the user's notes. If `refresh` is true, the result is not taken from the
    cache. If `save` is true, the result is saved as a deck.
    """

    count: Count | None = None
    topic: Topic | None = None
    language: Word | None = None
    difficulty: Word | None = None
    kind: Word | None = None
    source: Source | None = None
    refresh: bool = False
    save: bool = False

    def filled(self, prompt: str) -> dict[str, Any]:
        """Return the options as a dict that always contains `count` and `topic`.

        It does not contain `refresh`, which only applies to the current request.
        """
        topic = self.topic if self.topic and self.topic.strip() else prompt.strip()[:200]
        options: dict[str, Any] = msgspec.to_builtins(self) | {
            "count": self.count or DEFAULT_COUNT,
            "topic": topic,
        }
        options.pop("refresh", None)
        return options


class Generate(Struct, rename="camel", tag_field="type", tag="generate", frozen=True):
    """A request for cards."""

    prompt: Prompt
    options: Options = Options()
    request_id: RequestId | None = None


class ResponseData(Struct, rename="camel", frozen=True):
    """An engine's cards, as a list that the server validates or as the model's raw text."""

    cards: list[Any] | str


class Usage(Struct, rename="camel", omit_defaults=True, frozen=True):
    """The tokens and the time that a response took, in seconds of the engine's clock."""

    prompt_tokens: Tokens | None = None
    completion_tokens: Tokens | None = None
    seconds: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None


class Response(Struct, rename="camel", tag_field="type", tag="response", frozen=True):
    """An engine's response to a `generate` message."""

    cache_key: Annotated[str, Meta(max_length=1_000)]
    data: ResponseData
    generation_id: UUID | None = None
    lease: UUID | None = None
    usage: Usage | None = None


class EngineError(Struct, rename="camel", tag_field="type", tag="error", frozen=True):
    """An engine's error, which ends its attempt.

    Without a `generationId`, from an engine that is not working on a generation, it means that the
    engine cannot run. The session's status is then `error`.
    """

    error: Sentence
    code: Word | None = None
    generation_id: UUID | None = None


class EngineProgress(Struct, rename="camel", tag_field="type", tag="progress", frozen=True):
    """The progress of an engine at work, which renews its lease."""

    progress: Annotated[float, Meta(ge=0, le=100)]
    message: Sentence = ""
    generation_id: UUID | None = None
    lease: UUID | None = None
    tokens: Tokens | None = None


class Ready(Struct, rename="camel", tag_field="type", tag="ready", frozen=True):
    """This socket has an engine with a loaded model.

    `facts` describes the device to users, and `speed` is in tokens per second.
    """

    model_id: ModelId
    engine: Word
    facts: dict[str, Any] = {}
    speed: Annotated[float, Meta(ge=0, le=100_000)] = 0.0


class EngineCard(Struct, rename="camel", tag_field="type", tag="card", frozen=True):
    """A card that an engine sends as soon as its JSON is complete.

    `index` starts at 0 and counts all cards of the generation.
    """

    generation_id: UUID
    lease: UUID
    index: Annotated[int, Meta(ge=0, le=1_000)]
    card: dict[str, Any]


class Cancel(Struct, rename="camel", tag_field="type", tag="cancel", frozen=True):
    """A request to stop a generation of this user, by `generationId` or `requestId`."""

    generation_id: UUID | None = None
    request_id: RequestId | None = None

    def __post_init__(self) -> None:
        if (self.generation_id is None) == (self.request_id is None):
            raise ValueError("name either generationId or requestId")


class Resume(Struct, rename="camel", tag_field="type", tag="resume", frozen=True):
    """A request to resend, in order, everything with a `seq` above `lastSeq`.

    If `lastSeq` was never assigned or too many generations have changed since, the server sends a
    `session` instead.
    """

    last_seq: Annotated[int, Meta(ge=0, le=2**62)]


class Ping(Struct, rename="camel", tag_field="type", tag="ping", frozen=True):
    """A check that the other side is still connected."""


class Pong(Struct, rename="camel", tag_field="type", tag="pong", frozen=True):
    """The response to a `ping`."""


GuideMessage = Generate | Response | EngineError | EngineProgress
ClientMessage = GuideMessage | Ready | EngineCard | Cancel | Resume | Ping | Pong
