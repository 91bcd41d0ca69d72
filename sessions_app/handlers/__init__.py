"""What each message does: a table of message class → function for each dialect, called in one
synchronous hop off the loop. What the guide's clients mostly send is done for many sockets in one
hop (`guide.handle_batched`).

Every function here returns the messages to send on the peer's socket, in order.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import DatabaseError
from django.utils import timezone

from sessions_app import protocol
from sessions_app.auth import Handshake, refuse_disabled, socket_user
from sessions_app.exceptions import MindFlipError, SessionEnded, SocketRejected
from sessions_app.handlers import guide, v1
from sessions_app.handlers.connection import SocketState
from sessions_app.handlers.guide import handle_batched, reject
from sessions_app.handlers.messages import error_message
from sessions_app.models import WebLLMSession
from sessions_app.protocol import ServerMessage
from sessions_app.services import engines, leases, sessions
from sessions_app.services.tickets import password_key

__all__ = [
    *("SocketState", "cancel_engine", "check_user", "close_socket", "drain_engine"),
    *("generation_changed", "handle", "next_page", "open_socket", "queue_changed", "reject"),
    "handle_batched",
]

log = logging.getLogger(__name__)
CLOSE_CODES = {"session_closed": 4404, "session_expired": 4410}


def open_socket(
    handshake: Handshake, channel: str, dialect: str
) -> tuple[SocketState, list[ServerMessage]]:
    """Let a socket in.

    One of the guide's dialect is an engine at once, and takes on what an earlier socket of the
    session left behind; one of `mindflip.v1` gets its snapshot. Raises SocketRejected.
    """
    user, now = socket_user(handshake), timezone.now()
    session = _live_session(handshake.session_id, user.pk, now)
    state = SocketState(
        session.pk,
        user.pk,
        session.model_id,
        channel,
        dialect=dialect,
        password_key=password_key(user),
    )
    log.info("Socket opened: session %s, %s", session.pk, dialect)
    if not state.is_guide:
        return state, v1.initial_messages(state, now, handshake.last_seq)
    guide.register_engine(state, session.model_id, now)
    return state, guide.start_next(state, now)


def close_socket(state: SocketState) -> None:
    """The socket is gone."""
    leases.release_socket_leases(channel=state.channel, now=timezone.now())
    engines.engine_unregister(channel=state.channel)
    log.info("Socket closed: session %s", state.session_id)


def drain_engine(state: SocketState) -> None:
    """The socket will be closed by us: an engine of `mindflip.v1` that is idle then must not be
    given what it would never hear of.
    """
    if not state.is_guide:
        state.engine, state.is_draining = {}, True
        engines.engine_unregister(channel=state.channel)


def handle(state: SocketState, message: protocol.ClientMessage) -> list[ServerMessage]:
    """Do what the message says.

    Refusals come back as `error` messages; SocketRejected is raised when the session has ended.
    """
    now = timezone.now()
    return [*_handle_message(state, message, now), *_change_messages(state, now)]


def generation_changed(state: SocketState, generation_id: UUID) -> list[ServerMessage]:
    """A generation of this session changed somewhere."""
    return (
        guide.generation_changed(state, generation_id)
        if state.is_guide
        else _change_messages(state, timezone.now())
    )


def next_page(state: SocketState) -> list[ServerMessage]:
    """Return the page after the one that the socket was sent last."""
    return _change_messages(state, timezone.now())


def queue_changed(state: SocketState) -> list[ServerMessage]:
    """Something of this user waits for an engine."""
    now = timezone.now()
    return (
        guide.start_next(state, now)
        if state.is_guide
        else [*v1.start_next(state, now), *_change_messages(state, now, v1.refresh_queue_positions)]
    )


def cancel_engine(state: SocketState, generation_id: UUID) -> list[ServerMessage]:
    """The engine was to stop at this, unless it was given the same anew before the event came."""
    return (
        []
        if leases.has_lease(channel=state.channel, generation_id=generation_id)
        else [protocol.EngineCancel(generation_id)]
    )


def check_user(state: SocketState) -> list[ServerMessage]:
    """May the user still hold this socket?

    Raises SocketRejected when he was disabled (4403), or changed his password (4401).
    """
    user = User.objects.filter(pk=state.user_id).first()
    if user is None or password_key(user) != state.password_key:
        raise SocketRejected(
            "You were signed out everywhere: sign in again.", close_code=4401, code="unauthorized"
        )
    refuse_disabled(user)
    return []


def heartbeat(state: SocketState) -> list[ServerMessage]:
    """What a heartbeat finds that no event announced."""
    now = timezone.now()
    check_user(state)
    _live_session(state.session_id, state.user_id, now)
    return (
        guide.heartbeat(state, now)
        if state.is_guide
        else [*v1.heartbeat(state, now), *_change_messages(state, now, v1.refresh_queue_positions)]
    )


def _handle_message(
    state: SocketState, message: protocol.ClientMessage, now: datetime
) -> list[ServerMessage]:
    try:
        _touch(state, message, now)
        table = guide.HANDLERS if state.is_guide else v1.HANDLERS
        return table[type(message)](state, message, now)
    except SessionEnded as error:
        raise _as_socket_rejection(error) from None
    except MindFlipError as error:
        refusal = error_message(error, message)
        return reject(state, refusal, protocol.tag_of(message)) if state.is_guide else [refusal]


def _change_messages(
    state: SocketState,
    now: datetime,
    look: Callable[[SocketState, datetime], list[ServerMessage]] = v1.catch_up,
) -> list[ServerMessage]:
    """What happens to the database now must not take along what the client is answered: the news
    come with the next heartbeat.
    """
    try:
        return [] if state.is_guide else look(state, now)
    except DatabaseError as error:
        log.warning("News are late, the heartbeat will bring them: %s", error)
        return []


def _live_session(session_id: UUID, user_id: int, now: datetime) -> WebLLMSession:
    try:
        return sessions.session_alive(session_id=session_id, user_id=user_id, now=now)
    except SessionEnded as error:
        raise _as_socket_rejection(error) from None


def _as_socket_rejection(error: SessionEnded) -> SocketRejected:
    return SocketRejected(error.message, close_code=CLOSE_CODES[error.code], code=error.code)


def _touch(state: SocketState, message: protocol.ClientMessage, now: datetime) -> None:
    """Activity is written at most every SESSION_ACTIVITY_INTERVAL a socket, not with each message;
    heartbeats are none.
    """
    if state.is_touch_due(now) and not isinstance(message, protocol.Ping | protocol.Pong):
        sessions.session_touch(session_id=state.session_id, now=now)
        state.touched_at = now
