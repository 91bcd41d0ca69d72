"""What the calls about decks, cards and the bin answer, as types: out of these the OpenAPI document is made."""

from datetime import datetime
from typing import Annotated, Literal, NotRequired, TypedDict
from uuid import UUID

from msgspec import Meta

Count = Annotated[int, Meta(ge=0)]
Kind = Literal["basic", "cloze", "definition"]


class CardShape(TypedDict):
    """A card. Other members that it came with stand beside these."""

    id: UUID
    position: Count
    front: str
    back: str
    kind: Kind
    tags: list[str]
    sentence: str
    found: bool | None


class ProvenanceShape(TypedDict):
    """Where a deck's cards came from; `source`, the notes, stands on single decks alone."""

    generationId: UUID | None
    generationIds: list[UUID]
    modelId: str
    engine: str
    promptVersion: str
    topic: str
    source: NotRequired[str]


class DeckShape(TypedDict):
    """A deck in a list."""

    id: UUID
    name: str
    tags: list[str]
    cardCount: Count
    dueCount: Count
    createdAt: datetime
    updatedAt: datetime
    provenance: ProvenanceShape


class DeckDetailShape(DeckShape):
    """A deck with its cards."""

    cards: list[CardShape]


class TagsShape(TypedDict):
    """The most used first."""

    tags: list[str]


class BinShape(TypedDict):
    """How many decks and single cards are in the bin."""

    decks: Count
    cards: Count


class BinnedDeckShape(TypedDict):
    """A deck in the bin, gone for good at `goneAt`."""

    id: UUID
    deletedAt: datetime
    goneAt: datetime
    name: str
    cardCount: Count


class BinnedCardShape(TypedDict):
    """A card in the bin, gone for good at `goneAt`."""

    id: UUID
    deletedAt: datetime
    goneAt: datetime
    front: str
    back: str
    deckId: UUID
    deckName: str


class ChangedShape(TypedDict):
    """How many were changed."""

    count: Count


class TagChangeShape(TypedDict):
    """A body for the same call."""

    cards: list[UUID]
    add: list[str]
    remove: list[str]


class TaggedShape(ChangedShape):
    """How many were changed, and what takes it back."""

    undo: list[TagChangeShape]


class MergedShape(TypedDict):
    """The cards that moved, and how many the other deck had already."""

    moved: list[UUID]
    leftOut: Count


class TwinCardShape(CardShape):
    """A card among its duplicates, which may lie in several decks."""

    deckId: UUID
    deckName: str


class TwinsShape(TypedDict):
    """Cards with the same front. `isExact`: some have the same back, too."""

    frontKey: UUID
    count: Count
    isExact: bool
    cards: list[TwinCardShape]
