"""Engines behind sockets: present from `ready` (the guide's: from the moment they connect) until
their socket closes or goes silent.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol, TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from sessions_app.models import Engine, Generation, GenerationStatus
from sessions_app.services.sessions import session_engine_ready

# after that any engine takes it: the best one may be there in name only
PATIENCE = timedelta(seconds=10)
# the longest queue of a user by default; later ones are considered when these are taken
CANDIDATES = 20


class EngineColumns(TypedDict, total=False):
    """What an engine says of itself."""

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
    """The engine behind this channel has a model loaded, or another one than before; its session
    shows `shown` of it.
    """
    Engine.objects.update_or_create(
        channel=channel, defaults=engine | {"ready_at": now, "seen_at": now}
    )
    session_engine_ready(session_id=engine["session_id"], facts=shown, now=now)


def engine_heartbeat(*, channel: str, engine: EngineColumns, now: datetime) -> None:
    """It was heard of; after an outage it may have been forgotten."""
    if not Engine.objects.filter(channel=channel).update(seen_at=now):
        Engine.objects.update_or_create(channel=channel, defaults=engine | {"seen_at": now})


def engine_measured(*, channel: str, tokens: int, seconds: float) -> None:
    """What it made in how long: the speed by which engines are chosen."""
    if tokens and seconds:
        Engine.objects.filter(channel=channel).update(speed=tokens / seconds)


def engine_unregister(*, channel: str) -> None:
    """Its socket is closed."""
    Engine.objects.filter(channel=channel).delete()


def claimable(*, channel: str, user_id: int, now: datetime) -> Q:
    """Return which waiting generations of the user the engine behind this channel should take.

    Others are left to an idle engine that fits better. Engines of the guide's dialect work only for
    their own session, and generations that they requested are theirs.
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
    engine: str  # the last one that tried
    queued_at: datetime


def can_take(
    engine: EngineLike,
    generation: GenerationLike,
    model_id: str,
    idle: Iterable[EngineLike],
    now: datetime,
) -> bool:
    """Return whether this engine should claim the generation now, or leave it to a better one that
    is idle too.

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
