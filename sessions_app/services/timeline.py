"""The timeline of a generation in the queue and with engines.

The functions are pure: they take rows and return values.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from sessions_app.models import Attempt, Generation, GenerationStatus


@dataclass(frozen=True)
class Stage:
    """A period in the queue (`attempt` is None) or with an engine.

    `left` and `width` are percentages of the whole time.
    """

    name: str
    tone: str
    started_at: datetime
    ended_at: datetime | None
    seconds: float
    left: float
    width: float
    attempt: Attempt | None = None
    first_card_seconds: float | None = None
    first_card_left: float | None = None


@dataclass(frozen=True)
class Timeline:
    """All stages in order.

    `seconds` is the time from the request to the end, or until now.
    """

    stages: list[Stage]
    seconds: float
    is_over: bool


def timeline(generation: Generation, attempts: Iterable[Attempt], now: datetime) -> Timeline:
    """Return the timeline of a generation.

    Stages follow each other without a gap, because a generation is in the queue between two
    attempts.
    """
    end = generation.finished_at or now
    whole = max((end - generation.created_at).total_seconds(), 0.001)
    stages = [
        _stage(generation, stretch, end, whole)
        for stretch in _stretches(generation, list(attempts), end)
    ]
    return Timeline(stages, whole, generation.finished_at is not None)


Stretch = tuple[datetime, datetime | None, Attempt | None]


def _stretches(generation: Generation, attempts: list[Attempt], end: datetime) -> Iterator[Stretch]:
    before = generation.created_at
    for attempt in attempts:
        yield before, attempt.started_at, None
        yield attempt.started_at, attempt.ended_at, attempt
        before = attempt.ended_at or end
    if generation.status == GenerationStatus.QUEUED or not attempts:
        yield before, generation.finished_at, None


def _stage(generation: Generation, stretch: Stretch, end: datetime, whole: float) -> Stage:
    began, over, attempt = stretch
    first = generation.first_card_at if attempt else None
    if first and not began <= first <= (over or end):
        first = None
    seconds = ((over or end) - began).total_seconds()
    return Stage(
        name=(
            gettext("Attempt %(number)d") % {"number": attempt.number}
            if attempt
            else gettext("In the queue")
        ),
        tone=_tone(attempt),
        started_at=began,
        ended_at=over,
        seconds=seconds,
        left=_percent(began, generation.created_at, whole),
        width=round(100 * max(seconds, 0) / whole, 3),
        attempt=attempt,
        first_card_seconds=(first - began).total_seconds() if first else None,
        first_card_left=_percent(first, generation.created_at, whole) if first else None,
    )


def _percent(moment: datetime, start: datetime, whole: float) -> float:
    return round(100 * max((moment - start).total_seconds(), 0) / whole, 3)


def _tone(attempt: Attempt | None) -> str:
    if attempt is None:
        return "waiting"
    if attempt.ended_at is None:
        return "running"
    return "good" if attempt.outcome == "succeeded" else "bad"
