"""Handlers of the messages and events of a socket, with one module per dialect.

All of them but `dispatch` run in a thread that has a database connection. The messages that they
return are sent on the socket, in order.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext

from sessions_app import protocol
from sessions_app.auth import Handshake, refuse_disabled, socket_user
from sessions_app.exceptions import MindFlipError, SessionEnded, SocketRejected
from sessions_app.handlers import guide, v1
from sessions_app.handlers.connection import SocketState
from sessions_app.handlers.messages import error_message
from sessions_app.protocol import ServerMessage
from sessions_app.services import engines, leases, sessions
from sessions_app.services.tickets import password_key
from sessions_app.sync_executor import run_sync

__all__ = [
    *("SocketState", "cancel_engine", "check_user", "close_socket", "dispatch", "drain_engine"),
    *("generation_changed", "handle", "heartbeat", "next_page", "open_socket", "queue_changed"),
    "reject",
]

log = logging.getLogger(__name__)


class Dialect(Protocol):
    """The functions that the module of a dialect provides."""

    HANDLERS: dict[type, Callable[[SocketState, Any, datetime], list[ServerMessage]]]

    def initial_messages(
        self, state: SocketState, now: datetime, last_seq: int | None
    ) -> list[ServerMessage]: ...

    def reject(
        self, state: SocketState, error: protocol.Error, message_type: str
    ) -> list[ServerMessage]: ...

    def news(self, state: SocketState, now: datetime) -> list[ServerMessage]: ...

    def generation_changed(
        self, state: SocketState, generation_id: UUID, now: datetime
    ) -> list[ServerMessage]: ...

    def queue_changed(self, state: SocketState, now: datetime) -> list[ServerMessage]: ...

    def heartbeat(self, state: SocketState, now: datetime) -> list[ServerMessage]: ...


DIALECTS: dict[str, Dialect] = {protocol.GUIDE: guide, protocol.V1: v1}


def open_socket(
    handshake: Handshake, channel: str, dialect: str
) -> tuple[SocketState, list[ServerMessage]]:
    """Return the state of a new socket, and the first messages to send on it.

    Raise SocketRejected if the socket is not allowed, and SessionEnded if its session has ended.
    """
    user, now = socket_user(handshake), timezone.now()
    session = sessions.session_alive(session_id=handshake.session_id, user_id=user.pk, now=now)
    state = SocketState(
        session.pk,
        user.pk,
        session.model_id,
        channel,
        dialect=dialect,
        password_key=password_key(user),
    )
    log.info("Socket opened: session %s, %s", session.pk, dialect)
    return state, DIALECTS[dialect].initial_messages(state, now, handshake.last_seq)


def close_socket(state: SocketState) -> None:
    """Release the leases of a closed socket, and unregister its engine."""
    leases.release_socket_leases(channel=state.channel, now=timezone.now())
    engines.engine_unregister(channel=state.channel)
    log.info("Socket closed: session %s", state.session_id)


def drain_engine(state: SocketState) -> None:
    """Unregister the engine of a socket that the server is about to close.

    An idle engine of `mindflip.v1` would otherwise be assigned a generation that it never receives.
    """
    if not state.is_guide:
        state.engine, state.is_draining = {}, True
        engines.engine_unregister(channel=state.channel)


async def dispatch(
    state: SocketState, message: protocol.ClientMessage, *, is_long: bool = False
) -> list[ServerMessage]:
    """Return the replies to a client's message.

    The most frequent messages of the guide's dialect are handled in batches with those of other
    sockets. Long messages are not, because they would delay the others. Raise SessionEnded if the
    session has ended.
    """
    if state.is_guide and not is_long:
        messages = await guide.handle_batched(state, message)
        if messages is not None:
            return messages
    return await run_sync(handle, state, message)


def handle(state: SocketState, message: protocol.ClientMessage) -> list[ServerMessage]:
    """Return the replies to a client's message.

    If the message is refused, the reply is an `error`. Raise SessionEnded if the session has ended.
    """
    dialect, now = DIALECTS[state.dialect], timezone.now()
    try:
        # Write the activity at most every SESSION_ACTIVITY_INTERVAL seconds per socket. Heartbeats
        # are not activity.
        if state.is_touch_due(now) and not isinstance(message, protocol.Ping | protocol.Pong):
            sessions.session_touch(session_id=state.session_id, now=now)
            state.touched_at = now
        messages = dialect.HANDLERS[type(message)](state, message, now)
    except SessionEnded:
        raise
    except MindFlipError as error:
        messages = dialect.reject(state, error_message(error, message), protocol.tag_of(message))
    return [*messages, *dialect.news(state, now)]


def reject(state: SocketState, error: protocol.Error, message_type: str) -> list[ServerMessage]:
    """Return the messages that report the rejection of a message of this type."""
    return DIALECTS[state.dialect].reject(state, error, message_type)


def generation_changed(state: SocketState, generation_id: UUID) -> list[ServerMessage]:
    """Return the messages about a changed generation of the session."""
    return DIALECTS[state.dialect].generation_changed(state, generation_id, timezone.now())


def next_page(state: SocketState) -> list[ServerMessage]:
    """Return the page after the last one that was sent on the socket."""
    return DIALECTS[state.dialect].news(state, timezone.now())


def queue_changed(state: SocketState) -> list[ServerMessage]:
    """Return the messages to send when a generation of the user waits for an engine."""
    return DIALECTS[state.dialect].queue_changed(state, timezone.now())


def heartbeat(state: SocketState) -> list[ServerMessage]:
    """Return the messages that no event announced.

    Raise SocketRejected if the user may no longer use the socket, and SessionEnded if the session
    has ended.
    """
    now = timezone.now()
    check_user(state)
    sessions.session_alive(session_id=state.session_id, user_id=state.user_id, now=now)
    return DIALECTS[state.dialect].heartbeat(state, now)


def cancel_engine(state: SocketState, generation_id: UUID) -> list[ServerMessage]:
    """Return the message that stops the engine.

    Return no message if the generation was leased to the engine again before the event arrived.
    """
    return (
        []
        if leases.has_lease(channel=state.channel, generation_id=generation_id)
        else [protocol.EngineCancel(generation_id)]
    )


def check_user(state: SocketState) -> list[ServerMessage]:
    """Raise SocketRejected if the user may no longer use the socket.

    The close code is 4403 for a disabled user, and 4401 for a deleted user or a changed password.
    """
    user = User.objects.filter(pk=state.user_id).first()
    if user is None or password_key(user) != state.password_key:
        raise SocketRejected(
            gettext("You were signed out everywhere: sign in again."),
            close_code=4401,
            code="unauthorized",
        )
    refuse_disabled(user)
    return []
