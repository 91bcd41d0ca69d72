"""Study days, which start at the learner's hour in the learner's time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.scheduling import StudyDays
from tests.helpers.tiers import fuzz

ZONES = [
    "UTC",
    "Europe/Vienna",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",
    "America/St_Johns",
]
VIENNA = StudyDays(ZoneInfo("Europe/Vienna"), 4)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 10, 22, 59, tzinfo=UTC), date(2026, 1, 10)),  # 23:59 in Vienna
        (datetime(2026, 1, 10, 23, 1, tzinfo=UTC), date(2026, 1, 10)),  # 00:01, still the same day
        (datetime(2026, 1, 11, 2, 59, tzinfo=UTC), date(2026, 1, 10)),  # 03:59
        (datetime(2026, 1, 11, 3, 0, tzinfo=UTC), date(2026, 1, 11)),  # 04:00, the start of the day
        (datetime(2026, 7, 11, 2, 0, tzinfo=UTC), date(2026, 7, 11)),  # summer time
    ],
)
def test_study_day_changes_at_configured_hour(moment, day):
    assert VIENNA.day_of(moment) == day


def test_study_day_starts_after_skipped_hour_when_clocks_go_forward():
    days = StudyDays(ZoneInfo("Europe/Vienna"), 2)
    assert days.start_of(date(2026, 3, 29)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert days.day_of(days.start_of(date(2026, 3, 29))) == date(2026, 3, 29)


def test_days_between_are_zero_if_clock_is_set_back():
    now = datetime(2026, 1, 11, 12, tzinfo=UTC)
    assert VIENNA.between(now, now - timedelta(days=3)) == 0


@fuzz(100)
@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    moment=st.integers(0, 60 * 24 * 2000).map(
        lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
def test_moment_is_between_start_and_end_of_its_study_day(zone, hour, moment):
    days = StudyDays(ZoneInfo(zone), hour)
    day = days.day_of(moment)
    # Allow one hour of tolerance. Where clocks are set back across the first hour of a day, that
    # hour occurs twice, and the day starts with its first occurrence.
    assert days.start_of(day) - timedelta(hours=1) <= moment < days.end_of(day) + timedelta(hours=1)
