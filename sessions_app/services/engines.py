"""Engines behind `mindflip.v1` sockets: there since their `ready`, until their socket is gone or silent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from sessions_app.models import Engine, Generation, GenerationStatus
from sessions_app.services.sessions import session_engine_ready


@transaction.atomic
def engine_ready(
    *, channel: str, session_id: UUID, user_id: int, model_id: str, name: str, facts: dict[str, Any], speed: float, now: datetime
) -> None:
    """The engine behind this channel has a model loaded, or another one than before."""
    columns = {"model_id": model_id, "name": name, "facts": facts, "speed": speed, "ready_at": now, "seen_at": now}
    Engine.objects.update_or_create(channel=channel, defaults=columns | {"session_id": session_id, "user_id": user_id})
    shown = {"engine": name, "modelId": model_id, "readyAt": now.isoformat(), **facts}
    session_engine_ready(session_id=session_id, facts=shown, now=now)


def engine_seen(*, channel: str, now: datetime) -> None:
    """It was heard of."""
    Engine.objects.filter(channel=channel).update(seen_at=now)


def engine_measured(*, channel: str, tokens: int, seconds: float) -> None:
    """What it made in how long: the speed by which engines are chosen."""
    if tokens and seconds:
        Engine.objects.filter(channel=channel).update(speed=tokens / seconds)


def engine_gone(*, channel: str) -> None:
    """Its socket is closed."""
    Engine.objects.filter(channel=channel).delete()


def engines_idle(*, user_id: int, now: datetime) -> list[Engine]:
    """The user's engines that are there and have nothing to do."""
    at_work = Generation.objects.filter(status=GenerationStatus.LEASED, engine=OuterRef("channel"))
    return list(Engine.objects.present(now).filter(~Exists(at_work), user=user_id))


def engines_forget_silent(*, now: datetime) -> int:
    """Delete engines whose disconnect was never told; how many."""
    silent = Engine.objects.exclude(pk__in=Engine.objects.present(now).values("pk"))
    return silent.delete()[0]
