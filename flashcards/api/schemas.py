"""Types of the responses about decks, cards, studying and imports.

The OpenAPI document is generated from them.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal, NotRequired, TypedDict
from uuid import UUID

from msgspec import Meta

from flashcards.card_kinds import KIND_OF_NAME
from flashcards.formats.detect import IMPORT_FORMATS

Count = Annotated[int, Meta(ge=0)]
Kind = Annotated[str, Meta(extra_json_schema={"enum": list(KIND_OF_NAME)})]
ImportFormatName = Annotated[
    str, Meta(extra_json_schema={"enum": [format.name for format in IMPORT_FORMATS]})
]
Share = Annotated[float, Meta(ge=0, le=1)]
Rating = Literal["again", "hard", "good", "easy"]
State = Literal["new", "learning", "review", "relearning"]


class CardShape(TypedDict):
    """A card.

    `sentence` is the sentence of the user's notes that supports the card. `found` is whether there
    is such a sentence, or null if this was not checked. Other fields that were sent with the card
    are also returned.
    """

    id: UUID
    position: Count
    front: str
    back: str
    kind: Kind
    tags: list[str]
    sentence: str
    found: bool | None


class ProvenanceShape(TypedDict):
    """Where a deck's cards came from.

    `source` contains the user's notes. Lists of decks leave it out.
    """

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


class DraftShape(TypedDict):
    """Unsaved cards in a list, which are deleted after `expiresAt` unless they change."""

    id: UUID
    topic: str
    cardCount: Count
    version: Count
    createdAt: datetime
    updatedAt: datetime
    expiresAt: datetime


class DraftCardShape(TypedDict):
    """An unsaved card. Other fields that were sent with the card are also returned.

    A card that arrived after the draft was stored has the `generationId` that it belongs to.
    """

    front: str
    back: str
    generationId: NotRequired[UUID]


class DraftDetailShape(DraftShape):
    """Unsaved cards with what the page needs to continue them."""

    cards: list[DraftCardShape]
    generationIds: list[UUID]
    record: dict[str, Any]


class TagsShape(TypedDict):
    """Tags, most used first."""

    tags: list[str]


class TrashShape(TypedDict):
    """The number of decks and of individually deleted cards in the trash."""

    decks: Count
    cards: Count


class TrashedDeckShape(TypedDict):
    """A deck in the trash, which is deleted permanently after `goneAt`."""

    id: UUID
    deletedAt: datetime
    goneAt: datetime
    name: str
    cardCount: Count


class TrashedCardShape(TypedDict):
    """A card in the trash, which is deleted permanently after `goneAt`."""

    id: UUID
    deletedAt: datetime
    goneAt: datetime
    front: str
    back: str
    deckId: UUID
    deckName: str


class ChangedShape(TypedDict):
    """The number of cards that changed."""

    count: Count


class TagChangeShape(TypedDict):
    """The body of a request that changes tags."""

    cards: list[UUID]
    add: list[str]
    remove: list[str]


class TaggedShape(ChangedShape):
    """The number of cards that changed, and the bodies of the requests that undo the change."""

    undo: list[TagChangeShape]


class MergedShape(TypedDict):
    """The cards that moved, and the number of duplicates that were left out."""

    moved: list[UUID]
    leftOut: Count


class DuplicateCardShape(CardShape):
    """A card in a group of duplicates, which can be in several decks."""

    deckId: UUID
    deckName: str


class DuplicateGroupShape(TypedDict):
    """A group of cards with the same front.

    `isExact` is true if some of them also have the same back.
    """

    frontKey: UUID
    count: Count
    isExact: bool
    cards: list[DuplicateCardShape]


class ScheduleShape(TypedDict):
    """When a card is due, and its memory state in FSRS.

    `stability` is in days, and `difficulty` is from 1 to 10. `intervalSeconds` is the time between
    the last review of the card and its next one.
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
    """Seconds until the card is due again, by rating."""

    again: float
    hard: float
    good: float
    easy: float


class QueueCardShape(CardShape):
    """A card to study.

    `schedule` and `retrievability` are null for a new card.
    """

    deckId: UUID
    deckName: str
    schedule: ScheduleShape | None
    retrievability: Share | None
    previews: PreviewsShape


class QueueCountsShape(TypedDict):
    """The number of cards by state: new, in learning steps, and due for review."""

    new: Count
    learning: Count
    due: Count


class DeckNameShape(TypedDict):
    """The ID and the name of a deck."""

    id: UUID
    name: str


class StudySettingsShape(TypedDict):
    """The user's study settings."""

    newPerDay: Count
    reviewsPerDay: Count
    desiredRetention: Share
    dayBeginsHour: Annotated[int, Meta(ge=0, le=23)]
    timeZone: str


class SchedulingShape(TypedDict):
    """The parameters that another implementation of FSRS needs to compute the same intervals.

    Steps are in seconds.
    """

    weights: list[float]
    desiredRetention: Share
    learningSteps: list[float]
    relearningSteps: list[float]
    longestDays: Count


class QueueShape(TypedDict):
    """The cards to study now, and all that a client needs to continue without the server.

    `counts` are the cards left today. `waiting` are the cards that are left out only because of the
    daily limits. `nextDueAt` is when the first card after today is due.
    """

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
    """A review, with the state of its card before the review.

    `cardId` is null if the card was deleted permanently.
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
    """The outcome of one review in a batch.

    The status is `known` if the review was sent before. If it is `refused`, `code` and `error` give
    the reason.
    """

    id: str
    status: Literal["recorded", "known", "refused"]
    cardId: NotRequired[UUID]
    schedule: NotRequired[ScheduleShape | None]
    code: NotRequired[str]
    error: NotRequired[str]


class OutcomesShape(TypedDict):
    """One outcome for each review in the request, in the same order."""

    results: list[OutcomeShape]


class StudyDayShape(TypedDict):
    """The reviews of one day by rating.

    `asked` is the number of reviews of cards that were already learned, and `recalled` the number
    of those in which the card was remembered. `retention` is the share that was remembered in the
    seven days up to this day, or null if there were no such reviews.
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
    """The number of cards that are due on one day."""

    day: date
    count: Count


class CardFatesShape(TypedDict):
    """The fates of the generated cards of one model, prompt version and kind.

    `modelId` is empty for instant cards, which were made without a model. `kept` cards were saved
    unchanged, `edited` cards were saved with changes, and `regenerated` cards were replaced by
    other generated cards.
    """

    modelId: str
    promptVersion: str
    kind: Kind
    kept: Count
    edited: Count
    regenerated: Count
    discarded: Count


class ProgressShape(TypedDict):
    """The user's study progress.

    `newLeft` is the number of cards that were never studied, and `learnedToday` the number of cards
    that were studied for the first time today. `streakDays` is the number of consecutive days with
    a review. `retention` is the share of reviews of learned cards in which the card was remembered,
    over all `days`, or null if there were none. `generatedCards` counts all cards whose batch was
    saved as a deck or discarded.
    """

    dueNow: Count
    newLeft: Count
    reviewedToday: Count
    learnedToday: Count
    streakDays: Count
    retention: Share | None
    days: list[StudyDayShape]
    forecast: list[DueDayShape]
    generatedCards: list[CardFatesShape]


class PreviewShape(TypedDict):
    """The format of a file.

    For a table, also how it would be read, and its first rows. `columns` contains the role of each
    column, and `names` contains their headings.
    """

    format: ImportFormatName
    encoding: NotRequired[str]
    delimiter: NotRequired[str]
    hasHeader: NotRequired[bool]
    columns: NotRequired[list[str]]
    names: NotRequired[list[str]]
    rows: NotRequired[list[list[str]]]
    rowCount: NotRequired[Count]


class ImportedDeckShape(TypedDict):
    """The result of an import for one deck."""

    id: UUID
    name: str
    isNew: bool
    added: Count
    updated: Count
    unchanged: Count


class SkippedCardsShape(TypedDict):
    """The number of items that were left out for one reason, with a few shortened examples.

    `sentence` is a message for the user.
    """

    code: str
    count: Count
    sentence: str
    examples: list[str]


class ImportReportShape(TypedDict):
    """The result of an import."""

    format: str
    added: Count
    updated: Count
    unchanged: Count
    decks: list[ImportedDeckShape]
    leftOut: list[SkippedCardsShape]


class ImportProgressShape(TypedDict):
    """The progress of an import, in cards."""

    phase: Literal["reading", "saving"]
    done: Count
    total: Count
