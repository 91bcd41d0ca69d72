"""Scheduling of cards: review histories, previews and parameters."""

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
from tests.contract.scheduling_cases import PATH, build_cases
from tests.helpers.tiers import fuzz

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


def test_intervals_grow_with_each_good_rating():
    assert intervals(*[GOOD] * 6) == [
        minutes(10),
        days(2),
        days(11),
        days(46),
        days(163),
        days(498),
    ]


def test_forgotten_card_returns_to_relearning_steps_and_counts_lapse():
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


def test_again_rating_of_learning_card_counts_no_lapse():
    schedule = history(AGAIN, AGAIN, GOOD, AGAIN)[-1]
    assert (schedule.state, schedule.step, schedule.lapse_count) == (CardState.LEARNING, 0, 0)


def test_easy_rating_of_new_card_skips_learning_steps():
    assert intervals(EASY) == [days(8)]


def test_previews_match_resulting_intervals_and_increase_with_rating():
    schedule = history(GOOD, GOOD, GOOD)[-1]
    predicted = previews(schedule, schedule.due_at, PLAN)
    assert predicted == {
        rating: interval(rate(schedule, rating, schedule.due_at, PLAN), PLAN) for rating in Rating
    }
    assert predicted[AGAIN] < predicted[HARD] < predicted[GOOD] < predicted[EASY]


def test_previews_of_new_card_are_learning_steps_and_easy_interval():
    assert previews(None, START, PLAN) == {
        AGAIN: minutes(1),
        HARD: minutes(5.5),
        GOOD: minutes(10),
        EASY: days(8),
    }


def test_review_card_is_due_at_start_of_study_day():
    schedule = history(EASY)[-1]
    assert schedule.due_at == datetime(2026, 1, 13, 4, 0, tzinfo=UTC)


def test_intervals_and_elapsed_time_are_counted_in_study_days():
    learned = history(EASY)[-1]
    reviewed = rate(learned, GOOD, datetime(2026, 1, 13, 23, 30, tzinfo=UTC), PLAN)
    assert (
        PLAN.days.between(reviewed.last_reviewed_at, reviewed.due_at)
        == interval(reviewed, PLAN).days
    )
    second = rate(
        rate(None, GOOD, START, PLAN), GOOD, datetime(2026, 1, 5, 23, 50, tzinfo=UTC), PLAN
    )
    morning = datetime(2026, 1, 7, 4, 10, tzinfo=UTC)  # 28 hours and two study days later
    assert second.due_at <= morning
    assert rate(second, GOOD, morning, PLAN).stability > 2 * second.stability


def test_review_after_midnight_counts_for_previous_study_day():
    learning = rate(None, GOOD, datetime(2026, 1, 5, 23, 55, tzinfo=UTC), PLAN)
    learned = rate(learning, GOOD, datetime(2026, 1, 6, 0, 5, tzinfo=UTC), PLAN)
    assert learned.due_at == datetime(2026, 1, 7, 4, 0, tzinfo=UTC)  # two days after January 5


def test_higher_desired_retention_gives_shorter_intervals():
    higher_plan = Plan(0.95, PLAN.days)
    assert intervals(*[GOOD] * 4, plan=higher_plan)[-1] < intervals(*[GOOD] * 4)[-1]


def test_retrievability_decreases_with_time_since_review():
    schedule = history(GOOD, GOOD, GOOD)[-1]
    probabilities = [
        retrievability(schedule, schedule.last_reviewed_at + days(n), PLAN) for n in (0, 5, 11, 100)
    ]
    assert probabilities == sorted(probabilities, reverse=True)
    assert probabilities[0] == 1
    assert probabilities[2] == pytest.approx(0.9, abs=0.01)


def test_parameters_include_21_weights_and_learning_steps():
    assert len(parameters(PLAN)["weights"]) == 21
    assert parameters(PLAN)["learningSteps"] == [60, 600]


@fuzz(100)
@given(
    st.lists(
        st.tuples(st.sampled_from(list(Rating)), st.integers(0, 60 * 24 * 40)),
        min_size=1,
        max_size=12,
    )
)
def test_schedule_of_any_history_is_valid_and_survives_json_round_trip(steps):
    schedule, now = None, START
    for rating, elapsed in steps:
        now += timedelta(minutes=elapsed)
        schedule = rate(schedule, rating, now, PLAN)
        assert schedule.due_at > now
        assert schedule.stability > 0
        assert 1 <= schedule.difficulty <= 10
        assert (schedule.step is None) == (schedule.state == CardState.REVIEW)
        assert CardSchedule.from_json(schedule.as_json()) == schedule


def test_scheduling_cases_file_matches_server_scheduling():
    assert json.loads(PATH.read_text()) == build_cases()
