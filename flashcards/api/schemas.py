"""Types of the responses about decks, cards, study and imports.

The OpenAPI document is generated from them.
"""

from datetime import date, datetime
from typing import Annotated, Literal, NotRequired, TypedDict
from uuid import UUID

from msgspec import Meta

Count = Annotated[int, Meta(ge=0)]
Kind = Literal["basic", "cloze", "definition"]
Share = Annotated[float, Meta(ge=0, le=1)]
Rating = Literal["again", "hard", "good", "easy"]
State = Literal["new", "learning", "review", "relearning"]


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


class TrashShape(TypedDict):
    """How many decks and single cards are in the bin."""

    decks: Count
    cards: Count


class TrashedDeckShape(TypedDict):
    """A deck in the bin, gone for good at `goneAt`."""

    id: UUID
    deletedAt: datetime
    goneAt: datetime
    name: str
    cardCount: Count


class TrashedCardShape(TypedDict):
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


class DuplicateCardShape(CardShape):
    """A card among its duplicates, which may lie in several decks."""

    deckId: UUID
    deckName: str


class DuplicateGroupShape(TypedDict):
    """Cards with the same front. `isExact`: some have the same back, too."""

    frontKey: UUID
    count: Count
    isExact: bool
    cards: list[DuplicateCardShape]


class ScheduleShape(TypedDict):
    """When a card is asked again, and what FSRS knows of it.

    `intervalSeconds` runs from its last review to its next.
    """

    state: State
    step: int | None
    stability: float
    difficulty: float
    dueAt: datetime
    lastReviewedAt: datetime
    intervalSeconds: float
    reviewCount: Count
    lapseCount: Count


class PreviewsShape(TypedDict):
    """Seconds until the card is asked again, by rating."""

    again: float
    hard: float
    good: float
    easy: float


class QueueCardShape(CardShape):
    """A card to study; `schedule` is null for a new one."""

    deckId: UUID
    deckName: str
    schedule: ScheduleShape | None
    retrievability: Share | None
    previews: PreviewsShape


class QueueCountsShape(TypedDict):
    """Cards never seen, in their learning steps, due for review."""

    new: Count
    learning: Count
    due: Count


class DeckNameShape(TypedDict):
    """A deck by its name."""

    id: UUID
    name: str


class StudySettingsShape(TypedDict):
    """How the caller studies."""

    newPerDay: Count
    reviewsPerDay: Count
    desiredRetention: Share
    dayBeginsHour: Annotated[int, Meta(ge=0, le=23)]
    timeZone: str


class SchedulingShape(TypedDict):
    """All that another implementation of FSRS needs to come to the same intervals; steps in
    seconds.
    """

    weights: list[float]
    desiredRetention: Share
    learningSteps: list[float]
    relearningSteps: list[float]
    longestDays: Count


class QueueShape(TypedDict):
    """What to study now, and all that a page needs to go on without the server."""

    now: datetime
    deck: DeckNameShape | None
    cards: list[QueueCardShape]
    counts: QueueCountsShape
    waiting: QueueCountsShape
    cardCount: Count
    nextDueAt: datetime | None
    settings: StudySettingsShape
    scheduling: SchedulingShape


class ReviewShape(TypedDict):
    """A review, and the state that its card was in when asked.

    `cardId` is null once the card is gone.
    """

    id: UUID
    cardId: UUID | None
    rating: Rating
    state: State
    reviewedAt: datetime
    seconds: float
    recordedAt: datetime
    undoneAt: datetime | None


class OutcomeShape(TypedDict):
    """What became of one review of a batch; one that was refused says why."""

    id: str
    status: Literal["recorded", "known", "refused"]
    cardId: NotRequired[UUID]
    schedule: NotRequired[ScheduleShape | None]
    code: NotRequired[str]
    error: NotRequired[str]


class OutcomesShape(TypedDict):
    """One for each review that was sent, in their order."""

    results: list[OutcomeShape]


class StudyDayShape(TypedDict):
    """A day's reviews by rating; how many cards had been learned before (`asked`), how many of them
    were remembered.
    """

    day: date
    again: Count
    hard: Count
    good: Count
    easy: Count
    total: Count
    asked: Count
    recalled: Count
    retention: Share | None


class DueDayShape(TypedDict):
    """How many cards are due on a coming day."""

    day: date
    count: Count


class ProgressShape(TypedDict):
    """How studying goes."""

    dueNow: Count
    newLeft: Count
    reviewedToday: Count
    learnedToday: Count
    streakDays: Count
    retention: Share | None
    days: list[StudyDayShape]
    forecast: list[DueDayShape]


class PreviewShape(TypedDict):
    """What a file is; of a table also how it would be read, with its first rows."""

    format: Literal["apkg", "json", "table"]
    encoding: NotRequired[str]
    delimiter: NotRequired[str]
    hasHeader: NotRequired[bool]
    columns: NotRequired[list[str]]
    names: NotRequired[list[str]]
    rows: NotRequired[list[list[str]]]
    rowCount: NotRequired[Count]


class ImportedDeckShape(TypedDict):
    """What an import did to one deck."""

    id: UUID
    name: str
    isNew: bool
    added: Count
    updated: Count
    unchanged: Count


class SkippedCardsShape(TypedDict):
    """How many cards were left out for one reason, with the beginnings of a few."""

    code: str
    count: Count
    sentence: str
    examples: list[str]


class ImportReportShape(TypedDict):
    """What an import did."""

    format: str
    added: Count
    updated: Count
    unchanged: Count
    decks: list[ImportedDeckShape]
    leftOut: list[SkippedCardsShape]


class ImportProgressShape(TypedDict):
    """How far an import is, in cards."""

    phase: Literal["reading", "saving"]
    done: Count
    total: Count
