"""What the calls of this app answer, as types: out of these the OpenAPI document is made."""

from typing import Annotated, TypedDict

from msgspec import Meta, Struct

from sessions_app.protocol import Options
from sessions_app.services.catalogue import CatalogueModel
from sessions_app.services.shapes import GenerationShape, SessionShape

Count = Annotated[int, Meta(ge=0)]


class OpenSessionShape(SessionShape, rename="camel", frozen=True):
    """A session with the address of its socket."""

    ws_url: str


class AskedGenerationShape(GenerationShape, rename="camel", frozen=True):
    """A generation that was just asked for; `cached`: its cards were there already."""

    cached: bool


class CancelledGenerationShape(GenerationShape, rename="camel", frozen=True):
    """A generation after DELETE. One that had its outcome before keeps it."""

    success: bool


class Wish(Struct, rename="camel", frozen=True):
    """What cards shall be written. Unknown members are ignored."""

    prompt: Annotated[str, Meta(min_length=1, max_length=8_000)]
    options: Options = Options()


class Registered(TypedDict):
    """Who was registered."""

    username: str
    email: str


class Tokens(TypedDict):
    """`access` goes into `Authorization: Bearer …`; `refresh` gives the next pair, once."""

    access: str
    refresh: str


class Socket(TypedDict):
    """The address of a session's socket, good for as long as the session lives."""

    wsUrl: str


class Done(TypedDict):
    """It is so, now or since before."""

    success: bool


class Erased(Done):
    """`isComplete`: nothing is left to be deleted."""

    isComplete: bool


class Catalogue(TypedDict):
    """Every model that a page can load."""

    models: list[CatalogueModel]


class Totals(TypedDict):
    """How many in all, and by status. `isEstimate`: there are too many to count; those that have ended are about so many."""

    total: Count
    byStatus: dict[str, Count]
    isEstimate: bool


class Stats(TypedDict):
    """Totals for operators."""

    sessions: Totals
    generations: Totals
