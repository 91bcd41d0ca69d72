"""Schedule cards with FSRS, using the library `fsrs`.

A card's interval is either a learning or relearning step, in minutes, or a number of the learner's
study days. A card that is due on a day is due from the start of that day. A night between two
reviews counts as a day, however short it was.

This module is pure: the current time is an argument, and nothing is random.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from fsrs import Card as FsrsCard
from fsrs import Rating, Scheduler, State

__all__ = [
    "LEECH_LAPSES",
    "CardSchedule",
    "CardState",
    "Plan",
    "Rating",
    "interval",
    "parameters",
    "previews",
    "rate",
    "retrievability",
]
LEARNING_STEPS = (timedelta(minutes=1), timedelta(minutes=10))
RELEARNING_STEPS = (timedelta(minutes=10),)
MAX_DAYS = 36_500
LEECH_LAPSES = 8  # a card that was forgotten this often is a leech


@dataclass(frozen=True)
class StudyDays:
    """The learner's days, which start at a fixed hour in their time zone.

    If days start at 4 a.m., a review at 2 a.m. belongs to the day before.
    """

    zone: ZoneInfo
    begins_at_hour: int

    def day_of(self, moment: datetime) -> date:
        """Return the study day that contains an aware `moment`."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        return (local - timedelta(hours=self.begins_at_hour)).date()

    def start_of(self, day: date) -> datetime:
        """Return the first moment of a study day, in UTC.

        If clocks are put forward over that hour, return the moment after the gap.
        """
        return datetime.combine(day, time(self.begins_at_hour), self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """Return the first moment after a study day, in UTC."""
        return self.start_of(day + timedelta(days=1))

    def between(self, earlier: datetime, later: datetime) -> int:
        """Return the number of study days from one moment to a later one.

        Return 0 if the later moment is on an earlier day, because the clock may have been put back.
        """
        return max(0, (self.day_of(later) - self.day_of(earlier)).days)


class CardState(StrEnum):
    """The learning state of a card.

    The values are those of FSRS, plus `new` before the first review.
    """

    NEW = "new"
    LEARNING = "learning"
    REVIEW = "review"
    RELEARNING = "relearning"


@dataclass(frozen=True)
class CardSchedule:
    """The schedule and the memory state of a card after a review.

    `stability` is in days: the probability of recall falls to 90% in that time. `difficulty` is 1
    to 10. `step` is the index of the learning or relearning step, and None in the state `review`.
    """

    state: CardState
    step: int | None
    stability: float
    difficulty: float
    due_at: datetime
    last_reviewed_at: datetime
    review_count: int
    lapse_count: int

    def as_json(self) -> dict[str, Any]:
        """Return fields that JSON can represent, without loss of precision."""
        return {
            **self.__dict__,
            "due_at": self.due_at.isoformat(),
            "last_reviewed_at": self.last_reviewed_at.isoformat(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "CardSchedule":
        times = {
            name: datetime.fromisoformat(values[name]) for name in ("due_at", "last_reviewed_at")
        }
        return cls(**{**values, **times, "state": CardState(values["state"])})


@dataclass(frozen=True)
class Plan:
    """A learner's study preferences.

    `desired_retention` is the share of cards that the learner wants to remember, 0 to 1. `days`
    defines when study days start.
    """

    desired_retention: float
    days: StudyDays


def rate(schedule: CardSchedule | None, rating: Rating, now: datetime, plan: Plan) -> CardSchedule:
    """Return the card's schedule after a review.

    `schedule` is None for a new card. `now` is in UTC.
    """
    rated, _ = _scheduler(plan.desired_retention).review_card(
        _as_fsrs(schedule, now, plan), rating, now
    )
    assert rated.stability is not None
    assert rated.difficulty is not None
    due_at = rated.due.astimezone(UTC)
    if rated.state == State.Review:
        due_at = plan.days.start_of(plan.days.day_of(now) + (rated.due - now))
    # A lapse is a card that was forgotten after it had been learned.
    is_lapse = schedule and schedule.state == CardState.REVIEW and rating == Rating.Again
    return CardSchedule(
        state=CardState(rated.state.name.lower()),
        step=rated.step,
        stability=rated.stability,
        difficulty=rated.difficulty,
        due_at=due_at,
        last_reviewed_at=now,
        review_count=(schedule.review_count if schedule else 0) + 1,
        lapse_count=(schedule.lapse_count if schedule else 0) + bool(is_lapse),
    )


def previews(schedule: CardSchedule | None, now: datetime, plan: Plan) -> dict[Rating, timedelta]:
    """Return the interval until the next review for each rating."""
    return {rating: interval(rate(schedule, rating, now, plan), plan) for rating in Rating}


def interval(schedule: CardSchedule, plan: Plan) -> timedelta:
    """Return the time from the last review to the next: a step's minutes, or whole days."""
    if schedule.state == CardState.REVIEW:
        return timedelta(days=plan.days.between(schedule.last_reviewed_at, schedule.due_at))
    return schedule.due_at - schedule.last_reviewed_at


def retrievability(schedule: CardSchedule, now: datetime, plan: Plan) -> float:
    """Return the probability that the card is remembered now, 0 to 1."""
    return _scheduler(plan.desired_retention).get_card_retrievability(
        _as_fsrs(schedule, now, plan), now
    )


def parameters(plan: Plan) -> dict[str, Any]:
    """Return everything that another implementation needs to compute the same intervals.

    Steps are in seconds.
    """
    return {
        "weights": list(_scheduler(plan.desired_retention).parameters),
        "desiredRetention": plan.desired_retention,
        "learningSteps": [step.total_seconds() for step in LEARNING_STEPS],
        "relearningSteps": [step.total_seconds() for step in RELEARNING_STEPS],
        "longestDays": MAX_DAYS,
    }


@lru_cache(maxsize=64)
def _scheduler(desired_retention: float) -> Scheduler:
    """Return a scheduler without fuzz, so that intervals match those shown on the buttons."""
    return Scheduler(
        desired_retention=desired_retention,
        learning_steps=LEARNING_STEPS,
        relearning_steps=RELEARNING_STEPS,
        maximum_interval=MAX_DAYS,
        enable_fuzzing=False,
    )


def _as_fsrs(schedule: CardSchedule | None, now: datetime, plan: Plan) -> FsrsCard:
    if schedule is None:
        return FsrsCard(card_id=0, due=now)
    # The library counts periods of 24 hours. The last review is moved so that it counts study days.
    passed = plan.days.between(schedule.last_reviewed_at, now)
    return FsrsCard(
        card_id=0,
        state=State[schedule.state.capitalize()],
        step=schedule.step,
        stability=schedule.stability,
        difficulty=schedule.difficulty,
        due=schedule.due_at,
        last_review=now - timedelta(days=passed),
    )
