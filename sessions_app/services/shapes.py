"""A session as clients see it, over REST and in snapshots alike; only the socket's address depends on who asks."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from sessions_app.models import WebLLMSession
from sessions_app.services.catalogue import find_model


class SessionShape(Struct, rename="camel", frozen=True):
    """Contract, section 1. Times are UTC."""

    session_id: UUID
    id: UUID
    model_id: str
    is_in_catalogue: bool
    status: str
    created_at: datetime
    last_activity: datetime
    expires_at: datetime
    closed_at: datetime | None
    close_reason: str
    queue_length: int
    engine: dict[str, Any]


def session_shape(session: WebLLMSession) -> SessionShape:
    """Needs a row with `status_now` and `queue_length` (see SessionQuerySet.as_of)."""
    return SessionShape(
        session_id=session.pk,
        id=session.pk,
        model_id=session.model_id,
        is_in_catalogue=find_model(session.model_id) is not None,
        status=session.status_now,
        created_at=session.created_at.astimezone(UTC),
        last_activity=session.last_activity_at.astimezone(UTC),
        expires_at=session.expires_at.astimezone(UTC),
        closed_at=session.closed_at and session.closed_at.astimezone(UTC),
        close_reason=session.close_reason,
        queue_length=session.queue_length,
        engine=session.engine_facts,
    )
