"""What the calls of studying answer, as types: out of these the OpenAPI document is made."""

from datetime import date, datetime
from typing import Annotated, Literal, NotRequired, TypedDict
from uuid import UUID

from msgspec import Meta

from flashcards.shapes import CardShape, Count

Share = Annotated[float, Meta(ge=0, le=1)]
Rating = Literal["again", "hard", "good", "easy"]
State = Literal["new", "learning", "review", "relearning"]


class ScheduleShape(TypedDict):
    """When a card is asked again, and what FSRS knows of it. `intervalSeconds` runs from its last review to its next."""

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


class AskedCardShape(CardShape):
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
    """All that another implementation of FSRS needs to come to the same intervals; steps in seconds."""

    weights: list[float]
    desiredRetention: Share
    learningSteps: list[float]
    relearningSteps: list[float]
    longestDays: Count


class QueueShape(TypedDict):
    """What to study now, and all that a page needs to go on without the server."""

    now: datetime
    deck: DeckNameShape | None
    cards: list[AskedCardShape]
    counts: QueueCountsShape
    waiting: QueueCountsShape
    cardCount: Count
    nextDueAt: datetime | None
    settings: StudySettingsShape
    scheduling: SchedulingShape


class ReviewShape(TypedDict):
    """A review, and the state that its card was in when asked. `cardId` is null once the card is gone."""

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
    """A day's reviews by rating; how many cards had been learned before (`asked`), how many of them were remembered."""

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
