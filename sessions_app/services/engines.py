"""Engines behind sockets: there since they said `ready` (the guide's: since they opened), until their socket is gone or silent."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from sessions_app.models import Engine, Generation, GenerationStatus
from sessions_app.services.sessions import session_engine_ready


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
def engine_ready(*, channel: str, engine: EngineColumns, shown: dict[str, Any], now: datetime) -> None:
    """The engine behind this channel has a model loaded, or another one than before; its session shows `shown` of it."""
    Engine.objects.update_or_create(channel=channel, defaults=engine | {"ready_at": now, "seen_at": now})
    session_engine_ready(session_id=engine["session_id"], facts=shown, now=now)


def engine_seen(*, channel: str, engine: EngineColumns, now: datetime) -> None:
    """It was heard of; after an outage it may have been forgotten."""
    if not Engine.objects.filter(channel=channel).update(seen_at=now):
        Engine.objects.update_or_create(channel=channel, defaults=engine | {"seen_at": now})


def engine_measured(*, channel: str, tokens: int, seconds: float) -> None:
    """What it made in how long: the speed by which engines are chosen."""
    if tokens and seconds:
        Engine.objects.filter(channel=channel).update(speed=tokens / seconds)


def engine_gone(*, channel: str) -> None:
    """Its socket is closed."""
    Engine.objects.filter(channel=channel).delete()


def engines_idle(*, user_id: int, now: datetime) -> list[Engine]:
    """The user's engines that are there and have nothing to do, but for those that work for their own session alone."""
    at_work = Generation.objects.filter(status=GenerationStatus.LEASED, engine=OuterRef("channel"))
    return list(Engine.objects.present(now).filter(~Exists(at_work), user=user_id, is_guide=False))
