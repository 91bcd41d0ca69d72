"""Engines behind sockets.

An engine is present from `ready` until its socket closes or goes silent. Engines of the guide's
dialect are present from the moment they connect.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol, TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from sessions_app.models import Engine, Generation, GenerationStatus
from sessions_app.services.sessions import session_engine_ready

# After this time any engine takes a generation, because the best one may not respond.
PATIENCE = timedelta(seconds=10)
# The default limit of a user's queue. Later generations are considered when these are taken.
CANDIDATES = 20


class EngineColumns(TypedDict, total=False):
    """The columns of an engine's row that its socket provides."""

    session_id: UUID
    user_id: int
    model_id: str
    name: str
    facts: dict[str, Any]
    speed: float
    is_guide: bool


@transaction.atomic
def engine_ready(
    *, channel: str, engine: EngineColumns, shown: dict[str, Any], now: datetime
) -> None:
    """Register the engine behind this channel, which has loaded a model.

    If the channel already has an engine, replace it. The session shows `shown` as its engine.
    """
    Engine.objects.update_or_create(
        channel=channel, defaults=engine | {"ready_at": now, "seen_at": now}
    )
    session_engine_ready(session_id=engine["session_id"], facts=shown, now=now)


def engine_heartbeat(*, channel: str, engine: EngineColumns, now: datetime) -> None:
    """Record that the engine was seen.

    Register it again if it was removed, which can happen during an outage.
    """
    if not Engine.objects.filter(channel=channel).update(seen_at=now):
        Engine.objects.update_or_create(channel=channel, defaults=engine | {"seen_at": now})


def engine_measured(*, channel: str, tokens: int, seconds: float) -> None:
    """Record the speed of the engine, by which engines are chosen."""
    if tokens and seconds:
        Engine.objects.filter(channel=channel).update(speed=tokens / seconds)


def engine_unregister(*, channel: str) -> None:
    """Delete the engine behind this channel."""
    Engine.objects.filter(channel=channel).delete()


def claimable(*, channel: str, user_id: int, now: datetime) -> Q:
    """Return a Q object for the user's waiting generations that this engine should take.

    Others are left to an idle engine that fits better. Engines of the guide's dialect are not
    considered, because they work only for their own session. Generations that their sockets
    requested are not considered either, because they are left to these engines.
    """
    queued = Generation.objects.filter(
        user=user_id, status=GenerationStatus.QUEUED, requester=""
    ).select_related("session")
    waiting = list(queued.order_by("created_at")[:CANDIDATES])
    if not waiting:
        return Q(pk__in=[])
    at_work = Generation.objects.filter(status=GenerationStatus.LEASED, engine=OuterRef("channel"))
    present = Engine.objects.present(now).filter(user=user_id, is_guide=False)
    idle = list(present.filter(~Exists(at_work)))
    own = next((candidate for candidate in idle if candidate.channel == channel), None)
    return Q(
        pk__in=[
            generation.pk
            for generation in waiting
            if own and can_take(own, generation, generation.session.model_id, idle, now)
        ]
    )


class EngineLike(Protocol):
    channel: str
    session_id: UUID
    model_id: str
    speed: float


class GenerationLike(Protocol):
    session_id: UUID
    engine: str  # the last engine that tried
    queued_at: datetime


def can_take(
    engine: EngineLike,
    generation: GenerationLike,
    model_id: str,
    idle: Iterable[EngineLike],
    now: datetime,
) -> bool:
    """Return whether this engine should claim the generation now.

    Otherwise it is left to a better engine that is idle too, until it has waited for PATIENCE.
    Engines other than the one that just failed come first, then those of the generation's session,
    those with the requested model, and the fastest.
    """

    def rank(candidate: EngineLike) -> tuple[bool, bool, bool, float]:
        return (
            candidate.channel != generation.engine,
            candidate.session_id == generation.session_id,
            candidate.model_id == model_id,
            candidate.speed,
        )

    if now - generation.queued_at >= PATIENCE:
        return True
    return all(rank(other) <= rank(engine) for other in idle)
