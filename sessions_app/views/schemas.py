"""Response types of this app's REST calls, and sample values.

Tests validate each sample against its schema.
"""

from typing import Annotated, Any, TypedDict

from msgspec import Meta, Struct

from sessions_app.protocol import Options
from sessions_app.services.catalogue import CatalogueModel
from sessions_app.services.representations import GenerationShape, SessionShape

Count = Annotated[int, Meta(ge=0)]
SESSION_ID = "6f1f7f9a-5f0e-4a35-9a6b-0a4f4a3b2c1d"
GENERATION_ID = "0f5d4c9e-3f0e-4d53-8f8a-2b1c0d9e8f7a"
MODEL = "Llama-3.2-1B-Instruct-q4f16_1-MLC"
REGISTRATION = {
    "username": "alice",
    "password": "correct horse battery",
    "email": "alice@example.org",
}
REGISTERED = {"username": "alice", "email": "alice@example.org"}
CREDENTIALS = {"username": "alice", "password": "correct horse battery"}
TOKENS = {"access": "eyJhbGciOi…", "refresh": "eyJhbGciOi…"}


class OpenSessionShape(SessionShape, rename="camel", frozen=True):
    """A session with the URL of its socket."""

    ws_url: str


class CreatedGenerationShape(GenerationShape, rename="camel", frozen=True):
    """The generation for a request; if `cached` is true, its cards were already in the cache."""

    cached: bool


class CancelledGenerationShape(GenerationShape, rename="camel", frozen=True):
    """A generation after DELETE; if it had an outcome before, it keeps that outcome."""

    success: bool


class GenerationRequest(Struct, rename="camel", frozen=True):
    """A request for cards; unknown fields are ignored."""

    prompt: Annotated[str, Meta(min_length=1, max_length=8_000)]
    options: Options = Options()


class Registered(TypedDict):
    """The registered user."""

    username: str
    email: str


class Tokens(TypedDict):
    """A pair of tokens.

    Send `access` as `Authorization: Bearer …`. Exchange `refresh`, once, for the next pair.
    """

    access: str
    refresh: str


class Socket(TypedDict):
    """The URL of a session's socket.

    It is valid until the session ends or the user's password changes.
    """

    wsUrl: str


class Done(TypedDict):
    """Confirmation that the operation is complete, whether by this or an earlier request."""

    success: bool


class AccountDeleted(Done):
    """Confirmation that the account is deleted.

    If `isComplete` is false, the server is still deleting the rest of its data.
    """

    isComplete: bool


class Catalogue(TypedDict):
    """All models that pages can load."""

    models: list[CatalogueModel]


class Totals(TypedDict):
    """The total number of rows, and their numbers by status.

    If `isEstimate` is true, there are too many rows to count. The total and the numbers of rows
    that have ended are then estimates.
    """

    total: Count
    byStatus: dict[str, Count]
    isEstimate: bool


class Stats(TypedDict):
    """Totals of sessions and generations, for operators."""

    sessions: Totals
    generations: Totals


SOCKET = {"wsUrl": f"ws://localhost:3000/ws/webllm/{SESSION_ID}?ticket=…"}
SESSION: dict[str, Any] = {
    "sessionId": SESSION_ID,
    **SOCKET,
    "id": SESSION_ID,
    "modelId": MODEL,
    "isInCatalogue": True,
    "status": "initializing",
    "createdAt": "2026-01-31T18:30:00Z",
    "lastActivity": "2026-01-31T18:30:00Z",
    "expiresAt": "2026-01-31T19:00:00Z",
    "closedAt": None,
    "closeReason": "",
    "queueLength": 0,
    "engine": {},
}
PAGE = {"next": "http://localhost:3000/api/…?cursor=…", "previous": None}
SESSIONS = PAGE | {"results": [SESSION]}
GENERATION_REQUEST = {
    "prompt": "Generate 2 flashcards about tides",
    "options": {"count": 2, "topic": "Tides"},
}
GENERATION = {
    "generationId": GENERATION_ID,
    "id": GENERATION_ID,
    "sessionId": SESSION_ID,
    "requestId": None,
    "status": "queued",
    "place": 0,
    "prompt": GENERATION_REQUEST["prompt"],
    "options": GENERATION_REQUEST["options"],
    "cards": [],
    "partial": False,
    "error": "",
    "code": "",
    "engine": "",
    "createdAt": "2026-01-31T18:30:00Z",
    "finishedAt": None,
    "attempts": [],
}
GENERATIONS = PAGE | {"results": [GENERATION]}
MODELS = {
    "models": [
        {
            "modelId": MODEL,
            "name": "Llama 3.2 1B",
            "engine": "webllm",
            "url": "https://huggingface.co/mlc-ai/Llama-3.2-1B-Instruct-q4f16_1-MLC",
            "library": "https://raw.githubusercontent.com/mlc-ai/binary-mlc-llm-libs/main/…wasm",
            "downloadMb": 695.0,
            "isDownloadEstimated": True,
            "vramMb": 879.0,
            "bufferMb": None,
            "context": 4096,
            "features": ["shader-f16"],
            "overrides": {},
            "isLocal": False,
            "isDefault": False,
            "checksAnswers": False,
        }
    ]
}
STATS = {
    "sessions": {
        "total": 1,
        "byStatus": {
            "initializing": 1,
            "ready": 0,
            "generating": 0,
            "error": 0,
            "closed": 0,
            "expired": 0,
        },
        "isEstimate": False,
    },
    "generations": {
        "total": 1,
        "byStatus": {"queued": 0, "leased": 0, "succeeded": 1, "failed": 0, "cancelled": 0},
        "isEstimate": False,
    },
}
