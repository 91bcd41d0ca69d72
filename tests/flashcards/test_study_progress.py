"""Study statistics by study day."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flashcards.models import Card, StudySettings
from flashcards.services.progress import progress_of
from flashcards.services.reviews import reviews_record

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def rate(alice):
    def record(front, rating, at):
        card = Card.objects.get(front=front, deck__user=alice)
        item = {
            "id": str(uuid.uuid4()),
            "cardId": str(card.pk),
            "rating": rating,
            "reviewedAt": at.isoformat(),
        }
        assert reviews_record(user=alice, items=[item], now=at)[0].status == "recorded"

    return record


def test_progress_without_reviews_has_zero_counts_and_30_days(alice):
    progress = progress_of(user=alice, now=NOW)
    assert (progress.due_now, progress.learned_today, progress.streak_days, progress.retention) == (
        0,
        0,
        0,
        None,
    )
    assert len(progress.days) == len(progress.forecast) == 30
    assert progress.days[-1]["day"] == progress.forecast[0]["day"] == NOW.date()
    counts = dict.fromkeys(("again", "hard", "good", "easy", "total", "asked", "recalled"), 0)
    assert progress.days == [
        {"day": NOW.date() - timedelta(days=back), **counts, "retention": None}
        for back in range(29, -1, -1)
    ]
    assert progress.forecast == [
        {"day": NOW.date() + timedelta(days=ahead), "count": 0} for ahead in range(30)
    ]


def test_reviews_are_counted_by_day_and_rating(alice, make_deck, rate):
    make_deck(alice, "a", "b")
    rate("a", "again", NOW - timedelta(days=1, minutes=20))
    rate("a", "good", NOW - timedelta(days=1))
    rate("b", "easy", NOW)
    yesterday, today = progress_of(user=alice, now=NOW).days[-2:]
    assert (yesterday["again"], yesterday["good"], yesterday["total"]) == (1, 1, 2)
    assert (today["easy"], today["total"]) == (1, 1)


def test_retention_excludes_ratings_of_new_and_relearning_cards(alice, make_deck, rate):
    make_deck(alice, "a", "b", "c")
    for front in "abc":
        rate(front, "easy", NOW - timedelta(days=20))
    rate("a", "good", NOW - timedelta(days=3))
    rate("b", "hard", NOW - timedelta(days=3))
    rate("c", "again", NOW - timedelta(days=3))
    # This card is being relearned, so the rating doesn't count toward retention.
    rate("c", "again", NOW - timedelta(days=3) + timedelta(minutes=10))
    progress = progress_of(user=alice, now=NOW)
    assert progress.retention == pytest.approx(2 / 3)
    assert [day["retention"] for day in progress.days[-5:]] == [
        None,
        pytest.approx(2 / 3),
        pytest.approx(2 / 3),
    ] + [pytest.approx(2 / 3)] * 2


def test_reviews_are_assigned_to_days_by_users_hour_and_time_zone(alice, make_deck, rate):
    StudySettings.objects.create(user=alice, day_begins_hour=4, time_zone="America/New_York")
    make_deck(alice, "a", "b")
    # The first review is at 03:59 in New York, which is still March 9.
    rate("a", "good", datetime(2026, 3, 10, 7, 59, tzinfo=UTC))
    rate("b", "good", datetime(2026, 3, 10, 8, 0, tzinfo=UTC))
    progress = progress_of(user=alice, now=NOW)
    assert [day["total"] for day in progress.days[-2:]] == [1, 1]
    assert (progress.learned_today, progress.streak_days) == (1, 2)


def test_streak_ends_after_day_without_reviews(alice, make_deck, rate):
    make_deck(alice, "a")
    for days in (5, 3, 2, 1):
        rate("a", "good", NOW - timedelta(days=days))
    assert progress_of(user=alice, now=NOW).streak_days == 3
    assert progress_of(user=alice, now=NOW + timedelta(days=1)).streak_days == 0


def test_forecast_counts_overdue_cards_as_due_today(alice, make_deck, rate):
    make_deck(alice, "late", "soon", "far")
    rate("late", "easy", NOW - timedelta(days=30))
    rate("soon", "easy", NOW - timedelta(days=6))
    rate("far", "easy", NOW - timedelta(days=60))
    rate("far", "easy", NOW - timedelta(days=1))
    counts = [row["count"] for row in progress_of(user=alice, now=NOW).forecast]
    assert counts[0] == 1
    assert counts[2] == 1
    assert sum(counts) == 2


def test_progress_takes_at_most_eight_queries(api, alice, make_deck):
    make_deck(alice, "a")
    with CaptureQueriesContext(connection) as captured:
        assert api(alice).get("/api/flashcards/study/progress", {"days": 365}).status_code == 200
    assert len(captured) <= 8


@pytest.mark.parametrize("days", ["6", "366", "many"])
def test_invalid_number_of_days_is_rejected(api, alice, days):
    response = api(alice).get("/api/flashcards/study/progress", {"days": days})
    assert response.status_code == 400
    assert response.json()["fields"]["days"]


def test_progress_excludes_reviews_of_other_users(api, alice, charlie, make_deck, rate):
    make_deck(alice, "a")
    rate("a", "good", datetime.now(UTC))
    assert api(alice).get("/api/flashcards/study/progress").json()["learnedToday"] == 1
    body = api(charlie).get("/api/flashcards/study/progress").json()
    assert (body["learnedToday"], body["newLeft"], body["streakDays"]) == (0, 0, 0)
