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
class QueuedGeneration:
    session_id: str = "own session"
    engine: str = ""
    queued_at: datetime = NOW


def takes_generation(
    engine: Engine, other: Engine, generation: QueuedGeneration | None = None, now: datetime = NOW
) -> bool:
    return can_take(
        engine, generation or QueuedGeneration(), "requested model", [engine, other], now
    )


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Engine("a", session_id="own session"), Engine("b", model_id="requested model", speed=90)),
        (Engine("a", model_id="requested model"), Engine("b", speed=90)),
        (Engine("a", speed=9), Engine("b", speed=8)),
    ],
    ids=["session before model", "model before speed", "higher speed"],
)
def test_better_engine_takes_generation_and_worse_engine_does_not(better, worse):
    assert takes_generation(better, worse)
    assert not takes_generation(worse, better)


def test_engine_that_just_failed_leaves_generation_to_worse_engine():
    failed, other = (
        Engine("failed", session_id="own session", model_id="requested model", speed=90),
        Engine("other"),
    )
    generation = QueuedGeneration(engine="failed")
    assert takes_generation(other, failed, generation)
    assert not takes_generation(failed, other, generation)


def test_only_engine_takes_generation_again_after_failure():
    failed = Engine("failed")
    assert takes_generation(failed, failed, QueuedGeneration(engine="failed"))


def test_equal_engines_can_both_take_generation():
    assert takes_generation(Engine("a"), Engine("b"))
    assert takes_generation(Engine("b"), Engine("a"))


def test_worse_engine_takes_generation_after_patience_has_passed():
    best, other = Engine("best", session_id="own session"), Engine("other")
    assert not takes_generation(other, best, now=NOW + PATIENCE - timedelta(seconds=1))
    assert takes_generation(other, best, now=NOW + PATIENCE)
