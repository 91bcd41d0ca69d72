"""The hourly statistics behind the charts.

Each hour is computed once, and again while it can change. Longer steps are sums of hours.
"""

from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.models import Generation, HourlyStats, WebLLMSession
from sessions_app.services.dashboard import SPANS, dashboard_read, hourly_stats_refresh, percentile
from sessions_app.services.result_cache import count_hits

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
EMPTY = {"count": 0, "median": None, "p95": None}


@pytest.fixture
def session(alice):
    return WebLLMSession.objects.create(user=alice, model_id="a-model")


def make_generation(
    session, *, hours_ago, status="succeeded", first_card_seconds=None, code="", **usage
):
    created_at = NOW - timedelta(hours=hours_ago)
    return Generation.objects.create(
        session=session, user=session.user, kind="flashcards", prompt="p", prompt_version="1",
        result_key="k", options={"count": 1},
        status=status, error_code=code, created_at=created_at,
        finished_at=created_at + timedelta(seconds=9),
        first_card_at=first_card_seconds and created_at + timedelta(seconds=first_card_seconds),
        usage=usage,
    )  # fmt: skip


def refresh_and_read(span="24h"):
    hourly_stats_refresh(now=NOW)
    return dashboard_read(span=SPANS[span], now=NOW)


def test_hourly_stats_contain_outcomes_failures_first_cards_speeds_and_hits(session):
    make_generation(session, hours_ago=0, first_card_seconds=2.0, completionTokens=100, seconds=4)
    make_generation(session, hours_ago=0, first_card_seconds=2.0, completionTokens=50, seconds=6)
    make_generation(session, hours_ago=0, status="failed", code="engine_lost")
    count_hits(1, now=NOW)
    last = refresh_and_read()[-1]
    assert (last["outcomes"], last["failures"]) == (
        {"succeeded": 2, "failed": 1},
        {"engine_lost": 1},
    )
    assert (last["speeds"], last["hits"]) == ({"a-model": 15.0}, 1)
    assert last["firstCard"]["count"] == 2
    assert last["firstCard"]["median"] == pytest.approx(2.0, rel=0.06)


def test_stored_cache_hits_are_kept_while_redis_is_unavailable(db, settings):
    count_hits(2, now=NOW)
    hourly_stats_refresh(now=NOW)
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1"}}
    assert refresh_and_read()[-1]["hits"] == 2


def test_hourly_stats_of_hours_without_generations_are_returned_as_empty(session):
    hours = refresh_and_read()
    assert len(hours) == 24
    assert (hours[0]["at"], hours[-1]["at"]) == (
        "2026-03-09T13:00:00+00:00",
        "2026-03-10T12:00:00+00:00",
    )
    assert hours[0]["firstCard"] == EMPTY


def test_hourly_stats_add_up_to_daily_stats(session):
    for hours_ago in (25, 26, 50):
        make_generation(session, hours_ago=hours_ago, first_card_seconds=1.0)
    days = [day["outcomes"].get("succeeded", 0) for day in refresh_and_read("30d")]
    assert (sum(days), len(days), max(days)) == (3, 30, 2)


def test_stats_of_recent_hours_are_recomputed_and_of_older_hours_are_kept(session):
    recent = make_generation(session, hours_ago=1, status="failed", code="no_engine")
    make_generation(session, hours_ago=30)
    hourly_stats_refresh(now=NOW)
    Generation.objects.filter(pk=recent.pk).update(status="succeeded", error_code="")
    Generation.objects.exclude(pk=recent.pk).delete()  # as retention does
    assert [point["outcomes"] for point in refresh_and_read("7d") if point["outcomes"]] == [
        {"succeeded": 1},
        {"succeeded": 1},
    ]


def test_hourly_stats_are_deleted_after_90_days(session):
    HourlyStats.objects.create(hour=NOW - timedelta(days=91), figures={})
    hourly_stats_refresh(now=NOW)
    assert not HourlyStats.objects.exists()


def test_refresh_of_stats_of_30_days_needs_at_most_8_queries(
    session, django_assert_max_num_queries
):
    for hours_ago in (0, 100, 700):
        make_generation(session, hours_ago=hours_ago, first_card_seconds=1.0)
    with django_assert_max_num_queries(8):
        hourly_stats_refresh(now=NOW)


@pytest.mark.parametrize(
    ("buckets", "share", "seconds"),
    [({}, 0.5, None), ({"0": 1}, 0.5, 0.052), ({"0": 9, "50": 1}, 0.95, 6.156)],
)
def test_percentile_is_middle_of_its_bucket_or_none_if_empty(buckets, share, seconds):
    assert percentile(buckets, share) == seconds
