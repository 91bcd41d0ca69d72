"""Complete review histories of cards, rating by rating."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.scheduling import (
    CardSchedule,
    CardState,
    Plan,
    Rating,
    StudyDays,
    interval,
    parameters,
    previews,
    rate,
    retrievability,
)
from tests.contract.scheduling_cases import PATH, table

PLAN = Plan(0.9, StudyDays(ZoneInfo("UTC"), 4))
START = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
AGAIN, HARD, GOOD, EASY = Rating


def history(*ratings, plan=PLAN, start=START):
    """Rate a card each time it is due, and return the schedule after each rating."""
    schedule, now, schedules = None, start, []
    for rating in ratings:
        schedule = rate(schedule, rating, now, plan)
        schedules.append(schedule)
        now = max(now, schedule.due_at)
    return schedules


def intervals(*ratings, **options):
    return [
        interval(schedule, options.get("plan", PLAN)) for schedule in history(*ratings, **options)
    ]


def minutes(number):
    return timedelta(minutes=number)


def days(number):
    return timedelta(days=number)


def test_a_card_that_is_known_is_asked_at_growing_intervals():
    assert intervals(*[GOOD] * 6) == [
        minutes(10),
        days(2),
        days(11),
        days(46),
        days(163),
        days(498),
    ]


def test_a_card_that_is_forgotten_goes_back_to_its_steps():
    schedules = history(GOOD, GOOD, GOOD, AGAIN, GOOD)
    assert [schedule.state for schedule in schedules] == [
        "learning",
        "review",
        "review",
        "relearning",
        "review",
    ]
    assert [schedule.step for schedule in schedules] == [1, None, None, 0, None]
    assert interval(schedules[3], PLAN) == minutes(10)
    assert schedules[4].stability < schedules[2].stability
    assert [schedule.lapse_count for schedule in schedules] == [0, 0, 0, 1, 1]
    assert schedules[4].review_count == 5


def test_forgetting_while_learning_is_no_lapse():
    schedule = history(AGAIN, AGAIN, GOOD, AGAIN)[-1]
    assert (schedule.state, schedule.step, schedule.lapse_count) == (CardState.LEARNING, 0, 0)


def test_easy_leaves_the_steps_at_once():
    assert intervals(EASY) == [days(8)]


def test_previews_are_what_then_happens():
    schedule = history(GOOD, GOOD, GOOD)[-1]
    promised = previews(schedule, schedule.due_at, PLAN)
    assert promised == {
        rating: interval(rate(schedule, rating, schedule.due_at, PLAN), PLAN) for rating in Rating
    }
    assert promised[AGAIN] < promised[HARD] < promised[GOOD] < promised[EASY]


def test_a_new_cards_previews():
    assert previews(None, START, PLAN) == {
        AGAIN: minutes(1),
        HARD: minutes(5.5),
        GOOD: minutes(10),
        EASY: days(8),
    }


def test_a_card_is_due_from_the_first_moment_of_its_day():
    schedule = history(EASY)[-1]
    assert schedule.due_at == datetime(2026, 1, 13, 4, 0, tzinfo=UTC)


def test_a_short_night_counts_as_a_day():
    evening = history(EASY)[-1]
    at_night = rate(evening, GOOD, datetime(2026, 1, 13, 23, 30, tzinfo=UTC), PLAN)
    assert (
        PLAN.days.between(at_night.last_reviewed_at, at_night.due_at)
        == interval(at_night, PLAN).days
    )
    again = rate(
        rate(None, GOOD, START, PLAN), GOOD, datetime(2026, 1, 5, 23, 50, tzinfo=UTC), PLAN
    )
    morning = datetime(2026, 1, 7, 4, 10, tzinfo=UTC)  # 28 hours and two study days later
    assert again.due_at <= morning
    assert rate(again, GOOD, morning, PLAN).stability > 2 * again.stability


def test_after_midnight_it_is_still_the_same_day():
    steps = rate(None, GOOD, datetime(2026, 1, 5, 23, 55, tzinfo=UTC), PLAN)
    learned = rate(steps, GOOD, datetime(2026, 1, 6, 0, 5, tzinfo=UTC), PLAN)
    assert learned.due_at == datetime(2026, 1, 7, 4, 0, tzinfo=UTC)  # two days after January 5


def test_who_wants_to_remember_more_is_asked_more_often():
    eager = Plan(0.95, PLAN.days)
    assert intervals(*[GOOD] * 4, plan=eager)[-1] < intervals(*[GOOD] * 4)[-1]


def test_what_is_remembered_fades():
    schedule = history(GOOD, GOOD, GOOD)[-1]
    chances = [
        retrievability(schedule, schedule.last_reviewed_at + days(n), PLAN) for n in (0, 5, 11, 100)
    ]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == 1
    assert chances[2] == pytest.approx(0.9, abs=0.01)


def test_parameters_are_whole():
    assert len(parameters(PLAN)["weights"]) == 21
    assert parameters(PLAN)["learningSteps"] == [60, 600]


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Rating)), st.integers(0, 60 * 24 * 40)),
        min_size=1,
        max_size=12,
    )
)
def test_any_history_is_in_bounds_and_comes_back_from_json(steps):
    schedule, now = None, START
    for rating, passed in steps:
        now += timedelta(minutes=passed)
        schedule = rate(schedule, rating, now, PLAN)
        assert schedule.due_at > now
        assert schedule.stability > 0
        assert 1 <= schedule.difficulty <= 10
        assert (schedule.step is None) == (schedule.state == CardState.REVIEW)
        assert CardSchedule.from_json(schedule.as_json()) == schedule


def test_the_table_that_the_browser_is_held_to_is_what_the_server_does():
    assert json.loads(PATH.read_text()) == table()
