"""Record and undo reviews.

A review that is sent several times is recorded once. Reviews are applied in the order of their
`reviewed_at`, even if they arrive late.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, gettext_lazy

from flashcards.models import REVIEW_SECONDS, Card, CardState, Rating, Review, Schedule
from flashcards.models.study import SCHEDULE_COLUMNS
from flashcards.scheduling import CardSchedule, Plan, rate
from flashcards.scheduling import Rating as FsrsRating
from flashcards.services.cards import NO_CARD
from flashcards.services.study_queue import plan_of, settings_for_user
from sessions_app.exceptions import Invalid, NotFound

RATINGS = {rating.name.lower(): rating for rating in Rating}
CLOCK_TOLERANCE = timedelta(minutes=5)
LATEST_SYNC = timedelta(days=366)
REVIEWS_PER_BATCH = 500
NO_REVIEW = gettext_lazy("There is no review with this id.")


@dataclass(frozen=True)
class Outcome:
    """The outcome of one item in a batch.

    `status` is `recorded`, `known` (the review was sent before) or `refused` (with a code and a
    message). `id` is the item's own `id` as text, so that the client can find the item. `schedule`
    is the card's current schedule.
    """

    id: str
    status: str
    card_id: UUID | None = None
    schedule: CardSchedule | None = None
    code: str = ""
    error: str = ""


class _InvalidReview(Exception):
    """An invalid review, with a code and a message as its arguments."""


def _draft(user: User, item: Any, now: datetime) -> Review | Outcome:
    """Return the item as an unsaved review, or as an outcome if it is refused.

    A time that is ahead of the server by more than CLOCK_TOLERANCE is refused. If it is ahead by
    less, it is replaced by the current time. The caller checks later that the card belongs to the
    user. This function never raises an exception.
    """
    if not isinstance(item, Mapping):
        message = gettext("Send each review as an object with id, cardId, rating and reviewedAt.")
        return Outcome("", "refused", code="invalid", error=message)
    try:
        review_id, card_id = _uuid(item, "id"), _uuid(item, "cardId")
        rating = item.get("rating")
        if not isinstance(rating, str) or rating not in RATINGS:
            message = gettext("Rate with again, hard, good or easy.")
            raise _InvalidReview("unknown_rating", message)
        return Review(
            id=review_id,
            user=user,
            card_id=card_id,
            rating=RATINGS[rating],
            reviewed_at=_reviewed_at(item.get("reviewedAt"), now),
            seconds=_seconds(item.get("seconds", 0)),
        )
    except _InvalidReview as error:
        code, message = error.args
        return Outcome(str(item.get("id", ""))[:64], "refused", code=code, error=message)


def _uuid(item: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(str(item[name]))
    except (KeyError, ValueError):
        message = gettext("Give %(field)s as a UUID.") % {"field": name}
        raise _InvalidReview("invalid", message) from None


def _reviewed_at(value: Any, now: datetime) -> datetime:
    moment = _moment(value)
    if moment > now + CLOCK_TOLERANCE:
        message = gettext("reviewedAt lies in the future: set the clock of this device right.")
        raise _InvalidReview("in_future", message)
    if moment < now - LATEST_SYNC:
        message = gettext(
            "reviewedAt lies more than %(days)s days back: reviews that old are not taken."
        )
        raise _InvalidReview("too_old", message % {"days": LATEST_SYNC.days})
    return min(moment, now)


def _moment(value: Any) -> datetime:
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
        if moment and moment.tzinfo:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    message = gettext("Give reviewedAt as a time with its zone, like 2026-01-31T18:30:00Z.")
    raise _InvalidReview("invalid", message)


def _seconds(value: Any) -> float:
    """Return how long the answer took.

    A tab can stay open overnight, so a time that is too long is cut to the maximum, not refused.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or value < 0
    ):
        raise _InvalidReview("invalid", gettext("Give seconds as a number, 0 or more."))
    return min(float(value), float(REVIEW_SECONDS))


@transaction.atomic
def reviews_record(*, user: User, items: Any, now: datetime) -> list[Outcome]:
    """Record a batch and return an outcome for each item, in the same order.

    An invalid item is refused, and the others are recorded. The cards are locked, so that a batch
    that is sent twice at the same time is recorded once. Raise Invalid if `items` is not a list of
    1 to REVIEWS_PER_BATCH items.
    """
    if not isinstance(items, list) or not 0 < len(items) <= REVIEWS_PER_BATCH:
        message = gettext(
            "Send reviews as a list of 1 to %(maximum)s objects with id, cardId, rating and"
            " reviewedAt."
        ) % {"maximum": REVIEWS_PER_BATCH}
        raise Invalid(message, fields={"reviews": [message]})
    drafts = [_draft(user, item, now) for item in items]
    good = [draft for draft in drafts if isinstance(draft, Review)]
    cards = _locked_cards(user, {_card_id(draft) for draft in good})
    known = Review.objects.in_bulk({draft.id for draft in good})
    fresh: dict[UUID, Review] = {}  # reviews to record, the first one for each ID
    for draft in good:
        if draft.id not in known and draft.card_id in cards:
            fresh.setdefault(draft.id, draft)
    schedules = _apply(user, fresh, cards)
    return [
        _outcome(draft, fresh, known, cards, schedules) if isinstance(draft, Review) else draft
        for draft in drafts
    ]


def review_for_user(*, user: User, review_id: UUID) -> Review:
    """Return one of the user's reviews, even if it was undone.

    Raise NotFound if it does not exist or belongs to another user.
    """
    review = Review.objects.filter(user=user, pk=review_id).first()
    if review is None:
        raise NotFound(NO_REVIEW)
    return review


@transaction.atomic
def review_undo(*, user: User, review_id: UUID, now: datetime) -> None:
    """Undo a review, and reapply later reviews of the card to the schedule before it.

    Undoing a review again has no effect. Raise NotFound if the user has no such review.
    """
    review = review_for_user(user=user, review_id=review_id)
    # All code locks cards before reviews. The card may have been deleted.
    card = Card.objects.filter(reviews=review).select_for_update().first()
    review.refresh_from_db()
    if review.undone_at:
        return
    review.undone_at = now
    review.save(update_fields=["undone_at"])
    if card:
        later = [
            row
            for row in _reviews_since([card.pk], review.reviewed_at)
            if _order(row) > _order(review)
        ]
        _write(
            user,
            {card.pk: _replay(_before(review), later, plan_of(settings_for_user(user=user)))},
            [],
            later,
        )


def _locked_cards(user: User, ids: set[UUID]) -> dict[UUID, Card]:
    """Return the cards, locked in the same order everywhere to avoid deadlocks."""
    rows = (
        Card.objects.of(user)
        .filter(pk__in=ids)
        .order_by("pk")
        .select_for_update(of=("self",))
        .select_related("schedule")
    )
    return {card.pk: card for card in rows}


def _apply(
    user: User, fresh: Mapping[UUID, Review], cards: Mapping[UUID, Card]
) -> dict[UUID, CardSchedule | None]:
    """Apply the new reviews, and reapply the recorded reviews of their cards that come after them.

    Return the schedules by card.
    """
    schedules = {
        pk: card.schedule.as_value() if hasattr(card, "schedule") else None
        for pk, card in cards.items()
    }
    if not fresh:
        return schedules
    plan = plan_of(settings_for_user(user=user))
    new = list(fresh.values())
    firsts = _firsts(new)
    later = [
        row
        for row in _reviews_since(firsts, min(firsts.values()))
        if row.reviewed_at >= firsts[_card_id(row)]
    ]
    for card_id, rows in groupby(
        sorted([*later, *new], key=lambda row: (_card_id(row), *_order(row))), key=_card_id
    ):
        ordered = list(rows)
        start = next((_before(row) for row in ordered if row.pk not in fresh), schedules[card_id])
        schedules[card_id] = _replay(start, ordered, plan)
    _write(user, {card_id: schedules[card_id] for card_id in firsts}, new, later)
    return schedules


def _firsts(rows: Iterable[Review]) -> dict[UUID, datetime]:
    """Return the time of the earliest review of each card."""
    firsts: dict[UUID, datetime] = {}
    for row in rows:
        firsts[_card_id(row)] = min(row.reviewed_at, firsts.get(_card_id(row), row.reviewed_at))
    return firsts


def _card_id(row: Review) -> UUID:
    assert row.card_id is not None  # these rows were found by their card
    return row.card_id


def _reviews_since(card_ids: Iterable[UUID], since: datetime) -> list[Review]:
    return list(
        Review.objects.kept()
        .filter(card__in=card_ids, reviewed_at__gte=since)
        .order_by("reviewed_at", "id")
    )


def _replay(
    schedule: CardSchedule | None, reviews: Iterable[Review], plan: Plan
) -> CardSchedule | None:
    """Apply the reviews of a card in order and return the resulting schedule.

    Each review is updated with the schedule and state before it.
    """
    for review in reviews:
        review.before = schedule and schedule.as_json()
        review.state = schedule.state if schedule else CardState.NEW
        schedule = rate(
            schedule, FsrsRating(review.rating), review.reviewed_at.astimezone(UTC), plan
        )
    return schedule


def _write(
    user: User,
    schedules: Mapping[UUID, CardSchedule | None],
    new: list[Review],
    changed: list[Review],
) -> None:
    Review.objects.bulk_create(new, ignore_conflicts=True)
    if changed:
        Review.objects.bulk_update(changed, ["state", "before"])
    rows = [
        Schedule(card_id=card_id, user=user, **value.__dict__)
        for card_id, value in schedules.items()
        if value
    ]
    if rows:
        Schedule.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["card"], update_fields=SCHEDULE_COLUMNS
        )
    unstudied = [card_id for card_id, value in schedules.items() if value is None]
    if unstudied:
        Schedule.objects.filter(card__in=unstudied).delete()


def _before(review: Review) -> CardSchedule | None:
    return CardSchedule.from_json(review.before) if review.before else None


def _order(review: Review) -> tuple[datetime, str]:
    return review.reviewed_at, str(review.pk)


def _outcome(
    draft: Review,
    fresh: Mapping[UUID, Review],
    known: Mapping[UUID, Review],
    cards: Mapping[UUID, Card],
    schedules: Mapping[UUID, CardSchedule | None],
) -> Outcome:
    row = known.get(draft.id)
    if row and (row.user_id != draft.user_id or row.card_id not in (draft.card_id, None)):
        message = gettext("This id is another review's: give each review a new UUID.")
        return Outcome(str(draft.id), "refused", code="id_taken", error=message)
    if row is None and draft.card_id not in cards:
        return Outcome(str(draft.id), "refused", code="not_found", error=str(NO_CARD))
    status = "recorded" if fresh.get(draft.id) is draft else "known"
    schedule = schedules.get(_card_id(draft))
    return Outcome(str(draft.id), status, draft.card_id, schedule)
