"""One item of a batch of reviews, read once: a draft to record, or why it is refused."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.dateparse import parse_datetime

from flashcards.models import REVIEW_SECONDS, Rating, Review

RATINGS = {rating.name.lower(): rating for rating in Rating}
CLOCK_TOLERANCE = timedelta(minutes=5)
LATEST_SYNC = timedelta(days=366)


@dataclass(frozen=True)
class ReviewDraft:
    """A review that is right in itself; whether the card is the user's is not looked at."""

    id: UUID
    card_id: UUID
    rating: Rating
    reviewed_at: datetime
    seconds: float

    def as_row(self, user: User) -> Review:
        return Review(id=self.id, user=user, card_id=self.card_id, rating=self.rating, reviewed_at=self.reviewed_at, seconds=self.seconds)


@dataclass(frozen=True)
class Refused:
    """`id` is what the item gave, as text, so that its sender can find it."""

    id: str
    code: str
    error: str


def review_draft(item: Any, now: datetime) -> ReviewDraft | Refused:
    """Read an item; it never raises. A time ahead of the server's by more than CLOCK_TOLERANCE is refused, less is taken for now."""
    if not isinstance(item, Mapping):
        return Refused("", "invalid", "Send each review as an object with id, cardId, rating and reviewedAt.")
    name = str(item.get("id", ""))[:64]
    try:
        return _draft(item, now)
    except _Wrong as wrong:
        return Refused(name, *wrong.args)


class _Wrong(Exception):
    """With a code and a sentence."""


def _draft(item: Mapping[str, Any], now: datetime) -> ReviewDraft:
    return ReviewDraft(
        id=_uuid(item, "id"),
        card_id=_uuid(item, "cardId"),
        rating=_rating(item.get("rating")),
        reviewed_at=_reviewed_at(item.get("reviewedAt"), now),
        seconds=_seconds(item.get("seconds", 0)),
    )


def _uuid(item: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(str(item[name]))
    except (KeyError, ValueError):
        raise _Wrong("invalid", f"Give {name} as a UUID.") from None


def _rating(value: Any) -> Rating:
    if isinstance(value, str) and value in RATINGS:
        return RATINGS[value]
    raise _Wrong("unknown_rating", "Rate with again, hard, good or easy.")


def _reviewed_at(value: Any, now: datetime) -> datetime:
    moment = _moment(value)
    if moment > now + CLOCK_TOLERANCE:
        raise _Wrong("in_future", "reviewedAt lies in the future: set the clock of this device right.")
    if moment < now - LATEST_SYNC:
        raise _Wrong("too_old", f"reviewedAt lies more than {LATEST_SYNC.days} days back: reviews that old are not taken.")
    return min(moment, now)


def _moment(value: Any) -> datetime:
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
        if moment and moment.tzinfo:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _Wrong("invalid", "Give reviewedAt as a time with its zone, like 2026-01-31T18:30:00Z.")


def _seconds(value: Any) -> float:
    """How long the answer took. A tab may lie open over night, so what is too long is cut and never refused."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise _Wrong("invalid", "Give seconds as a number, 0 or more.")
    return min(float(value), float(REVIEW_SECONDS))
