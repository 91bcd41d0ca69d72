"""The study queue: the cards to study now, within the daily limits of the user's settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DataError, connection, transaction
from django.db.models import Count, Min, Q
from django.utils.translation import gettext

from flashcards.models import Card, CardState, Deck, Review, Schedule, StudySettings
from flashcards.models.cards import CardQuerySet
from flashcards.models.study import ScheduleQuerySet
from flashcards.personal_data import camel
from flashcards.scheduling import Plan, StudyDays
from flashcards.services.decks import deck_for_user
from sessions_app.exceptions import Invalid

QUEUE_CARDS = 200
LEARNING = (CardState.LEARNING, CardState.RELEARNING)


class QueueCounts(TypedDict):
    """The number of cards left today: new, in learning steps, and due for review."""

    new: int
    learning: int
    due: int


@dataclass(frozen=True)
class StudyQueue:
    """The cards to study now.

    `cards` contains at most QUEUE_CARDS cards, each with its deck and, unless it is new, its
    schedule. `waiting` counts the cards that are left out only because of the daily limits.
    `next_due_at` is when the first card after today is due.
    """

    deck: Deck | None
    cards: Sequence[Card]
    counts: QueueCounts
    waiting: QueueCounts
    next_due_at: datetime | None
    card_count: int
    settings: StudySettings
    plan: Plan
    now: datetime


def study_queue(*, user: User, now: datetime, deck_id: UUID | None = None) -> StudyQueue:
    """Return the queue of one deck, or of all decks.

    Raise NotFound if the deck does not exist or belongs to another user.
    """
    deck = deck_for_user(user=user, deck_id=deck_id) if deck_id else None
    settings = settings_for_user(user=user)
    plan = plan_of(settings)
    today = plan.days.day_of(now)
    ends = plan.days.end_of(today)
    cards, schedules = Card.objects.of(user), Schedule.objects.of(user)
    if deck:
        cards, schedules = deck.cards.kept(), schedules.filter(card__deck=deck)
    card_count = cards.count()
    available = _available(schedules, card_count, now, ends)
    counts = _within_limits(user, settings, available, plan.days.start_of(today))
    return StudyQueue(
        deck=deck,
        cards=_select_cards(cards, counts, now, ends),
        counts=counts,
        waiting={
            "new": available["new"] - counts["new"],
            "learning": 0,
            "due": available["due"] - counts["due"],
        },
        next_due_at=schedules.filter(due_at__gte=ends).aggregate(at=Min("due_at"))["at"],
        card_count=card_count,
        settings=settings,
        plan=plan,
        now=now,
    )


def _available(
    schedules: ScheduleQuerySet, card_count: int, now: datetime, ends: datetime
) -> QueueCounts:
    """Return the number of cards that are available to study today, by state.

    Cards in learning steps count if they are due before the day ends. Cards in the `review` state
    count only if they are due now.
    """
    counted = schedules.aggregate(
        studied=Count("pk"),
        learning=Count("pk", filter=Q(state__in=LEARNING, due_at__lt=ends)),
        due=Count("pk", filter=Q(state=CardState.REVIEW, due_at__lte=now)),
    )
    new = max(0, card_count - counted["studied"])  # a card may be added between the queries
    return {"new": new, "learning": counted["learning"], "due": counted["due"]}


def _within_limits(
    user: User, settings: StudySettings, available: QueueCounts, begins: datetime
) -> QueueCounts:
    """Return how many of the available cards the daily limits allow.

    Today's reviews of all decks count toward the limits.
    """
    done = (
        Review.objects.kept()
        .filter(user=user, reviewed_at__gte=begins)
        .aggregate(
            new=Count("pk", filter=Q(state=CardState.NEW)),
            due=Count("pk", filter=Q(state=CardState.REVIEW)),
        )
    )
    return {
        "new": min(available["new"], max(0, settings.new_per_day - done["new"])),
        "learning": available["learning"],
        "due": min(available["due"], max(0, settings.reviews_per_day - done["due"])),
    }


def _select_cards(
    cards: CardQuerySet, counts: QueueCounts, now: datetime, ends: datetime
) -> list[Card]:
    """Return the first QUEUE_CARDS cards of the queue.

    Cards in learning steps come first because they cannot wait. Due cards come next, starting with
    those that have been due the longest. New cards come last, in the order of their decks.
    """
    candidates = cards.select_related("deck", "schedule").defer("deck__source")
    learning = candidates.filter(schedule__state__in=LEARNING, schedule__due_at__lt=ends).order_by(
        "schedule__due_at", "pk"
    )
    due = candidates.filter(schedule__state=CardState.REVIEW, schedule__due_at__lte=now).order_by(
        "schedule__due_at", "pk"
    )
    new = candidates.filter(schedule=None).order_by("deck__created_at", "deck_id", "position")
    selected: list[Card] = []
    for some, count in ((learning, counts["learning"]), (due, counts["due"]), (new, counts["new"])):
        room = min(count, QUEUE_CARDS - len(selected))
        selected += some[:room] if room else []
    return selected


def settings_for_user(*, user: User) -> StudySettings:
    """Return the user's settings, or an unsaved row with the defaults."""
    return StudySettings.objects.filter(user=user).first() or StudySettings(user=user)


def settings_change(*, user: User, fields: Mapping[str, Any]) -> StudySettings:
    """Change the given fields, named by their columns.

    Raise Invalid with the names of the invalid fields.
    """
    changed = settings_for_user(user=user)
    for name, value in fields.items():
        setattr(changed, name, value)
    errors: dict[str, list[str]] = {}  # by their names in the API
    try:
        changed.clean_fields(exclude=["user"])
    except ValidationError as error:
        errors = {camel(name): messages for name, messages in error.message_dict.items()}
    if not _is_zone(changed.time_zone):
        errors["timeZone"] = [gettext("Name a time zone as browsers do, like Europe/Vienna.")]
    if errors:
        raise Invalid(next(iter(errors.values()))[0], fields=errors)
    StudySettings.objects.update_or_create(user=user, defaults=fields)
    return changed


def plan_of(settings: StudySettings) -> Plan:
    """Return the settings in the form that `flashcards.scheduling` uses."""
    return Plan(
        settings.desired_retention,
        StudyDays(ZoneInfo(settings.time_zone), settings.day_begins_hour),
    )


def _is_zone(name: str) -> bool:
    """Return whether Python and PostgreSQL both know the time zone.

    Both compute study days. Python knows names that PostgreSQL does not, such as `localtime`.
    """
    if name not in available_timezones():
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT timezone(%s, now())", [name])
    except DataError:
        return False
    return True
