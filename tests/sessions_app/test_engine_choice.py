"""The choice of an engine for a generation, by a pure function that receives the current time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.services.engines import PATIENCE, can_take

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Engine:
    channel: str
    session_id: str = "another session"
    model_id: str = "another model"
    speed: float = 0.0


@dataclass
class Waiting:
    session_id: str = "hers"
    engine: str = ""
    queued_at: datetime = NOW


def takes(
    engine: Engine, other: Engine, waiting: Waiting | None = None, now: datetime = NOW
) -> bool:
    return can_take(engine, waiting or Waiting(), "asked model", [engine, other], now)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Engine("a", session_id="hers"), Engine("b", model_id="asked model", speed=90)),
        (Engine("a", model_id="asked model"), Engine("b", speed=90)),
        (Engine("a", speed=9), Engine("b", speed=8)),
    ],
    ids=["its session before its model", "its model before speed", "the faster one"],
)
def test_the_better_engine_takes_it_and_the_other_leaves_it(better, worse):
    assert takes(better, worse)
    assert not takes(worse, better)


def test_the_engine_that_just_failed_leaves_it_to_any_other():
    failed, other = (
        Engine("failed", session_id="hers", model_id="asked model", speed=90),
        Engine("other"),
    )
    waiting = Waiting(engine="failed")
    assert takes(other, failed, waiting)
    assert not takes(failed, other, waiting)


def test_the_only_engine_takes_it_even_after_it_failed():
    failed = Engine("failed")
    assert takes(failed, failed, Waiting(engine="failed"))


def test_equal_engines_may_both_try():
    assert takes(Engine("a"), Engine("b"))
    assert takes(Engine("b"), Engine("a"))


def test_after_a_while_any_engine_takes_it():
    best, any_other = Engine("best", session_id="hers"), Engine("other")
    assert not takes(any_other, best, now=NOW + PATIENCE - timedelta(seconds=1))
    assert takes(any_other, best, now=NOW + PATIENCE)
