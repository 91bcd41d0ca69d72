"""Which engine should take a generation. Pure: rows and the clock come in, a decision goes out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

PATIENCE = timedelta(seconds=10)  # after that any engine takes it: the best one may be there in name only


class EngineLike(Protocol):
    channel: str
    session_id: UUID
    model_id: str
    speed: float


class GenerationLike(Protocol):
    session_id: UUID
    engine: str  # the last one that tried
    queued_at: datetime


def rank(engine: EngineLike, generation: GenerationLike, model_id: str) -> tuple[bool, bool, bool, float]:
    """Larger is better: not the one that just failed, of the session itself, with the model asked for, fast."""
    return (engine.channel != generation.engine, engine.session_id == generation.session_id, engine.model_id == model_id, engine.speed)


def may_take(engine: EngineLike, generation: GenerationLike, model_id: str, idle: Iterable[EngineLike], now: datetime) -> bool:
    """Whether this engine should claim it now, or leave it to a better one that is idle too."""
    if now - generation.queued_at >= PATIENCE:
        return True
    own = rank(engine, generation, model_id)
    return all(rank(other, generation, model_id) <= own for other in idle)
