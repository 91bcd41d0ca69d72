"""The life cycle of sessions.

A session is opened, kept alive by activity, and ended by its user, by an operator, or by
inactivity.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop, ngettext

from sessions_app import events
from sessions_app.exceptions import NotFound, RateLimited, SessionEnded
from sessions_app.models import ALIVE, Generation, GenerationStatus, SessionStatus, WebLLMSession
from sessions_app.models.sessions import SessionQuerySet
from sessions_app.services.outcomes import Outcome, finish_generations

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EndReason:
    """The reason why a session ends, in English.

    `phrase` is stored with the session, and `message` with its open generations. They are marked
    with gettext_noop and translated when they are displayed.
    """

    phrase: str
    message: str


CLOSED_BY_USER = EndReason(
    # Translators: a value in the "Close reason" column of a table of sessions.
    gettext_noop("closed by its user"),
    gettext_noop("The session was closed by its user."),
)
CLOSED_BY_OPERATOR = EndReason(
    gettext_noop("closed by an operator"), gettext_noop("The session was closed by an operator.")
)
EXPIRED_BY_OPERATOR = EndReason(
    gettext_noop("expired by an operator"),
    gettext_noop("The session was expired by an operator."),
)
EXPIRED_IDLE = EndReason(
    gettext_noop("expired after inactivity"),
    gettext_noop("The session was expired after inactivity."),
)


@transaction.atomic
def session_open(*, user: User, model_id: str, now: datetime) -> WebLLMSession:
    """Create a session.

    Raise RateLimited if the user has MAX_SESSIONS_PER_USER open.
    """
    # Lock the user, so that concurrent calls cannot both take the last place.
    User.objects.select_for_update().get(pk=user.pk)
    if WebLLMSession.objects.of(user).alive(now).count() >= settings.MAX_SESSIONS_PER_USER:
        raise RateLimited(
            ngettext(
                "You have %(count)d session open, which is the most: close it, or wait until it"
                " expires.",
                "You have %(count)d sessions open, which is the most: close one, or wait until one"
                " expires.",
                settings.MAX_SESSIONS_PER_USER,
            )
            % {"count": settings.MAX_SESSIONS_PER_USER},
            retry_after=60,
            code="too_many_sessions",
        )
    return WebLLMSession.objects.create(
        user=user, model_id=model_id, created_at=now, last_activity_at=now
    )


def session_for_user(*, user: User, session_id: UUID, now: datetime) -> WebLLMSession:
    """Return the user's session with its current status, whether it has ended or not.

    Raise NotFound if it does not exist or belongs to another user.
    """
    session = WebLLMSession.objects.of(user).as_of(now).filter(pk=session_id).first()
    if session is None:
        raise NotFound(
            gettext("There is no session with this id: create one with POST /api/webllm/session.")
        )
    return session


def session_alive(*, session_id: UUID, user_id: int, now: datetime) -> WebLLMSession:
    """Return the session if it has not ended.

    Raise SessionEnded, with the code that gives the reason, if it has. Generations are only read if
    the session was not active recently; otherwise its row is enough.
    """
    lately = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    rows = WebLLMSession.objects.filter(pk=session_id, user_id=user_id)
    if active := rows.filter(status__in=ALIVE, last_activity_at__gt=lately).first():
        return active
    session = rows.as_of(now).first()
    if session is None or session.status_now == SessionStatus.CLOSED:
        raise SessionEnded(
            gettext("This session is closed: create a new one."), code="session_closed"
        )
    if session.status_now == SessionStatus.EXPIRED:
        raise SessionEnded(
            gettext("This session expired after inactivity: create a new one."),
            code="session_expired",
        )
    return session


def session_touch(*, session_id: UUID, now: datetime) -> bool:
    """Record activity in a session, and return whether it was written.

    It is written at most once in SESSION_ACTIVITY_INTERVAL seconds. An ended session stays ended.
    """
    noted = now - timedelta(seconds=settings.SESSION_ACTIVITY_INTERVAL)
    session = WebLLMSession.objects.alive(now).filter(pk=session_id, last_activity_at__lte=noted)
    return bool(session.update(last_activity_at=now))


def session_engine_ready(*, session_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    """Mark the session as ready, which also clears the error of an earlier engine."""
    WebLLMSession.objects.alive(now).filter(pk=session_id).update(
        status=SessionStatus.READY, engine_facts=facts, last_activity_at=now
    )


def session_engine_broken(*, session_id: UUID, message: str, now: datetime) -> None:
    """Mark the session as failed, with the reason why its engine cannot run."""
    facts = {"error": message[:500], "at": now.isoformat()}
    WebLLMSession.objects.alive(now).filter(pk=session_id).update(
        status=SessionStatus.ERROR, engine_facts=facts
    )


def session_close(*, user: User, session_id: UUID, now: datetime) -> None:
    """End the session, cancel its open generations, and close its sockets.

    A second call does no harm. Raise NotFound if the session does not exist or belongs to another
    user.
    """
    session_for_user(user=user, session_id=session_id, now=now)
    sessions_close(session_ids=[session_id], reason=CLOSED_BY_USER, now=now)


def sessions_close(*, session_ids: Sequence[UUID], reason: EndReason, now: datetime) -> int:
    """End those of the sessions that are still alive, and return how many there were.

    They can belong to any user.
    """
    return _end(_live_sessions(), session_ids, status=SessionStatus.CLOSED, reason=reason, now=now)


def sessions_expire(*, session_ids: Sequence[UUID], reason: EndReason, now: datetime) -> int:
    """Expire those of the sessions that are still alive, and return how many there were.

    They can belong to any user. Their clients get the same message as after inactivity, to create a
    new session.
    """
    return _end(_live_sessions(), session_ids, status=SessionStatus.EXPIRED, reason=reason, now=now)


def sessions_expire_idle(*, now: datetime, batch: int = 500) -> int:
    """Expire every idle session, and return how many there were.

    Each batch has its own transaction.
    """
    expired = 0
    while ids := _idle_ids(now, batch):
        expired += _end(
            WebLLMSession.objects.idle(now),
            ids,
            status=SessionStatus.EXPIRED,
            reason=EXPIRED_IDLE,
            now=now,
        )
    return expired


def _idle_ids(now: datetime, batch: int) -> list[UUID]:
    return list(
        WebLLMSession.objects.idle(now)
        .order_by("last_activity_at")
        .values_list("pk", flat=True)[:batch]
    )


def _live_sessions() -> SessionQuerySet:
    return WebLLMSession.objects.filter(status__in=ALIVE)


@transaction.atomic
def _end(
    among: SessionQuerySet,
    ids: Sequence[UUID],
    *,
    status: SessionStatus,
    reason: EndReason,
    now: datetime,
) -> int:
    """End those of the sessions that still match `among` once they are locked."""
    open_ones = Generation.objects.open().filter(session__in=ids).order_by("session_id", "pk")
    # Lock the generations before the sessions (see `outcomes`).
    list(open_ones.select_for_update(of=("self",)).values_list("pk"))
    locked = list(
        among.filter(pk__in=ids).select_for_update(of=("self",)).values_list("pk", flat=True)
    )
    WebLLMSession.objects.filter(pk__in=locked).update(
        status=status, closed_at=now, close_reason=reason.phrase
    )
    cancelled = Outcome(GenerationStatus.CANCELLED, f"session_{status}", reason.message)
    finish_generations(Q(session__in=locked), outcome=cancelled, now=now)
    for session_id in locked:
        log.info("Session %s %s", session_id, reason.phrase, extra={"session_id": session_id})
    if status == SessionStatus.EXPIRED:
        code, message = 4410, gettext_noop("This session is expired: create a new one.")
    else:
        code, message = 4404, gettext_noop("This session is closed: create a new one.")
    events.sessions_ended(locked, close_code=code, reason=message)
    return len(locked)
