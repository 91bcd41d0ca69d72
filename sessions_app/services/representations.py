"""Sessions and generations as clients see them, over REST and in snapshots.

The address of the socket is not included, because it depends on the request.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from msgspec import Struct

from sessions_app.models import Attempt, Generation, WebLLMSession
from sessions_app.services.catalogue import find_model


class SessionShape(Struct, rename="camel", frozen=True):
    """A session, with times in UTC."""

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
    """Return the representation of a session.

    The row must have `status_now` and `queue_length` (see SessionQuerySet.as_of).
    """
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
        close_reason=gettext(session.close_reason),
        queue_length=session.queue_length,
        engine=session.engine_facts,
    )


class AttemptShape(Struct, rename="camel", frozen=True):
    """An engine's attempt at a generation: its times, its outcome and the reason."""

    number: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    reason: str
    card_count: int


class GenerationShape(Struct, rename="camel", frozen=True):
    """A generation with its attempts and its cards so far.

    While the generation is open, `place` is the number of the user's generations before it.
    """

    generation_id: UUID
    id: UUID
    session_id: UUID
    request_id: str | None
    status: str
    place: int | None
    prompt: str
    options: dict[str, Any]
    cards: list[dict[str, Any]]
    partial: bool
    error: str
    code: str
    engine: str
    created_at: datetime
    finished_at: datetime | None
    attempts: list[AttemptShape]


def generation_shape(generation: Generation, place: int | None = None) -> GenerationShape:
    """Return the representation of a generation.

    It reads `attempts`, so prefetch them for lists.
    """
    return GenerationShape(
        generation_id=generation.pk,
        id=generation.pk,
        session_id=generation.session_id,
        request_id=generation.request_id,
        status=generation.status,
        place=place,
        prompt=generation.prompt,
        options=generation.options,
        cards=generation.cards,
        partial=generation.is_partial,
        error=gettext(generation.error),
        code=generation.error_code,
        engine=generation.engine_name,
        created_at=generation.created_at.astimezone(UTC),
        finished_at=generation.finished_at and generation.finished_at.astimezone(UTC),
        attempts=[_attempt_shape(attempt) for attempt in generation.attempts.all()],
    )


def _attempt_shape(attempt: Attempt) -> AttemptShape:
    return AttemptShape(
        number=attempt.number,
        started_at=attempt.started_at.astimezone(UTC),
        ended_at=attempt.ended_at and attempt.ended_at.astimezone(UTC),
        outcome=attempt.outcome,
        reason=gettext(attempt.reason),
        card_count=attempt.card_count,
    )
