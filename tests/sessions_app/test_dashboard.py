"""The hourly statistics behind the charts.

An hour is counted once, and again while it can change. Longer steps are sums of hours.
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


def make_generation(session, *, ago, status="succeeded", first=None, code="", **usage):
    at = NOW - timedelta(hours=ago)
    return Generation.objects.create(
        session=session, user=session.user, kind="flashcards", prompt="p", prompt_version="1",
        result_key="k", options={"count": 1},
        status=status, error_code=code, created_at=at, finished_at=at + timedelta(seconds=9),
        first_card_at=first and at + timedelta(seconds=first), usage=usage,
    )  # fmt: skip


def points(span="24h"):
    hourly_stats_refresh(now=NOW)
    return dashboard_read(span=SPANS[span], now=NOW)


def test_an_hour_tells_outcomes_failures_first_cards_speeds_and_hits(session):
    make_generation(session, ago=0, first=2.0, completionTokens=100, seconds=4)
    make_generation(session, ago=0, first=2.0, completionTokens=50, seconds=6)
    make_generation(session, ago=0, status="failed", code="engine_lost")
    count_hits(1, now=NOW)
    last = points()[-1]
    assert (last["outcomes"], last["failures"]) == (
        {"succeeded": 2, "failed": 1},
        {"engine_lost": 1},
    )
    assert (last["speeds"], last["hits"]) == ({"a-model": 15.0}, 1)
    assert last["firstCard"]["count"] == 2
    assert last["firstCard"]["median"] == pytest.approx(2.0, rel=0.06)


def test_hits_that_were_written_down_stay_while_redis_is_gone(db, settings):
    count_hits(2, now=NOW)
    hourly_stats_refresh(now=NOW)
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1"}}
    assert points()[-1]["hits"] == 2


def test_hours_without_anything_are_there_and_empty(session):
    shown = points()
    assert len(shown) == 24
    assert (shown[0]["at"], shown[-1]["at"]) == (
        "2026-03-09T13:00:00+00:00",
        "2026-03-10T12:00:00+00:00",
    )
    assert shown[0]["firstCard"] == EMPTY


def test_hours_add_up_to_days(session):
    for ago in (25, 26, 50):
        make_generation(session, ago=ago, first=1.0)
    days = [day["outcomes"].get("succeeded", 0) for day in points("30d")]
    assert (sum(days), len(days), max(days)) == (3, 30, 2)


def test_an_hour_that_changed_is_counted_again_and_old_ones_are_left_alone(session):
    late = make_generation(session, ago=1, status="failed", code="no_engine")
    make_generation(session, ago=30)
    hourly_stats_refresh(now=NOW)
    Generation.objects.filter(pk=late.pk).update(status="succeeded", error_code="")
    Generation.objects.exclude(pk=late.pk).delete()  # as retention does
    assert [point["outcomes"] for point in points("7d") if point["outcomes"]] == [
        {"succeeded": 1},
        {"succeeded": 1},
    ]


def test_figures_go_after_three_months(session):
    HourlyStats.objects.create(hour=NOW - timedelta(days=91), figures={})
    hourly_stats_refresh(now=NOW)
    assert not HourlyStats.objects.exists()


def test_counting_takes_the_same_few_statements_for_an_hour_and_for_a_month(
    session, django_assert_max_num_queries
):
    for ago in (0, 100, 700):
        make_generation(session, ago=ago, first=1.0)
    with django_assert_max_num_queries(8):
        hourly_stats_refresh(now=NOW)


@pytest.mark.parametrize(
    ("buckets", "share", "seconds"),
    [({}, 0.5, None), ({"0": 1}, 0.5, 0.052), ({"0": 9, "50": 1}, 0.95, 6.156)],
)
def test_a_percentile_is_the_middle_of_its_bucket(buckets, share, seconds):
    assert percentile(buckets, share) == seconds
