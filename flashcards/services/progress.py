"""Study progress: statistics by study day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, DateField, F, Func, Q, QuerySet, Value

from flashcards.models import Card, CardState, Rating, Review, Schedule, StudySettings
from flashcards.models.study import ReviewQuerySet
from flashcards.services.study_queue import plan_of, settings_for_user

FORECAST_DAYS = 30
MAX_DAYS = 365
RETENTION_WINDOW_DAYS = 7
STREAK_DAYS = 3_660
RATINGS = {rating.name.lower(): Count("pk", filter=Q(rating=rating)) for rating in Rating}
ASKED = Q(state=CardState.REVIEW)
RECALLED = ASKED & Q(rating__gt=Rating.AGAIN)


@dataclass(frozen=True)
class Progress:
    """The study progress of a user.

    `days` has a row for each of the last days, oldest first. Each row counts the reviews by rating,
    the reviews of cards that were already learned (`asked`) and those in which the card was
    remembered (`recalled`). `retention` is the share remembered in the seven days up to that day,
    or None if there were no such reviews.

    `forecast` has a row for each of the next days. The first one is today and includes overdue
    cards.
    """

    due_now: int
    new_left: int
    reviewed_today: int
    learned_today: int
    streak_days: int
    retention: float | None
    days: Sequence[dict[str, Any]]
    forecast: Sequence[dict[str, Any]]


class StudyDate(Func):
    """The study day of a time, computed in SQL with the same result as `StudyDays.day_of`."""

    output_field = DateField()
    template = "(%(expressions)s)::date"
    arg_joiner = " - "

    def __init__(self, column: str, settings: StudySettings) -> None:
        local = Func(Value(settings.time_zone), F(column), function="timezone")
        super().__init__(
            local,
            Func(
                Value(settings.day_begins_hour), template="make_interval(hours => %(expressions)s)"
            ),
        )


def progress_of(*, user: User, now: datetime, days: int = 30) -> Progress:
    """Return the progress of the last `days` study days (at most MAX_DAYS), with a forecast."""
    settings = settings_for_user(user=user)
    calendar = plan_of(settings).days
    today = calendar.day_of(now)
    reviews = Review.objects.kept().filter(user=user)
    rows = _by_day(
        reviews, settings, calendar.start_of(today - timedelta(days=days + RETENTION_WINDOW_DAYS))
    )
    shown = [_day(rows, today - timedelta(days=back)) for back in reversed(range(days))]
    return Progress(
        due_now=Schedule.objects.of(user).filter(due_at__lte=now).count(),
        new_left=Card.objects.of(user).filter(schedule=None).count(),
        reviewed_today=shown[-1]["total"],
        learned_today=rows.get(today, {}).get("new", 0),
        streak_days=_streak(reviews, settings, today),
        retention=_share(shown),
        days=shown,
        forecast=_forecast(
            user, settings, today, calendar.start_of(today + timedelta(days=FORECAST_DAYS))
        ),
    )


def _by_day(
    reviews: ReviewQuerySet, settings: StudySettings, since: datetime
) -> dict[date, dict[str, int]]:
    counts = {
        **RATINGS,
        "asked": Count("pk", filter=ASKED),
        "recalled": Count("pk", filter=RECALLED),
    }
    counts["new"] = Count("pk", filter=Q(state=CardState.NEW))
    rows = _grouped(
        reviews.filter(reviewed_at__gte=since), StudyDate("reviewed_at", settings)
    ).annotate(**counts)
    return {row.pop("day"): row for row in rows}


def _grouped(rows: QuerySet[Any], day: StudyDate) -> QuerySet[Any, dict[str, Any]]:
    grouped: QuerySet[Any, dict[str, Any]] = rows.annotate(day=day).order_by().values("day")
    return grouped


def _day(rows: dict[date, dict[str, int]], day: date) -> dict[str, Any]:
    row = rows.get(day, {})
    week = [rows.get(day - timedelta(days=back), {}) for back in range(RETENTION_WINDOW_DAYS)]
    by_rating = {name: row.get(name, 0) for name in RATINGS}
    recall_counts = {name: row.get(name, 0) for name in ("asked", "recalled")}
    return {
        "day": day,
        **by_rating,
        "total": sum(by_rating.values()),
        **recall_counts,
        "retention": _share(week),
    }


def _share(rows: Sequence[dict[str, Any]]) -> float | None:
    """Return the share of reviews of learned cards in which the card was remembered."""
    asked_count = sum(row.get("asked", 0) for row in rows)
    return sum(row.get("recalled", 0) for row in rows) / asked_count if asked_count else None


def _streak(reviews: ReviewQuerySet, settings: StudySettings, today: date) -> int:
    """Return the number of consecutive days with a review, up to today or yesterday."""
    days = list(
        _grouped(reviews, StudyDate("reviewed_at", settings))
        .distinct()
        .order_by("-day")
        .values_list("day", flat=True)[:STREAK_DAYS]
    )
    if not days or days[0] < today - timedelta(days=1):
        return 0
    return next((n for n, day in enumerate(days) if day != days[0] - timedelta(days=n)), len(days))


def _forecast(
    user: User, settings: StudySettings, today: date, until: datetime
) -> list[dict[str, Any]]:
    due = _grouped(
        Schedule.objects.of(user).filter(due_at__lt=until), StudyDate("due_at", settings)
    ).annotate(count=Count("pk"))
    counts: dict[date, int] = {}
    for row in due:
        day = max(today, row["day"])
        counts[day] = counts.get(day, 0) + row["count"]
    days = (today + timedelta(days=ahead) for ahead in range(FORECAST_DAYS))
    return [{"day": day, "count": counts.get(day, 0)} for day in days]
