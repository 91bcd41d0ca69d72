"""What each message does: a table of message class → function for each dialect, called in one
synchronous hop off the loop. What the guide's clients mostly send is done for many sockets in one
hop (`guide.handle_at_once`).

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
from sessions_app.auth import Knock, refuse_disabled, socket_user
from sessions_app.exceptions import MindFlipError, SessionEnded, SocketRefused
from sessions_app.handlers import guide, v1
from sessions_app.handlers.connection import Peer
from sessions_app.handlers.guide import handle_at_once, reject
from sessions_app.handlers.messages import error_message
from sessions_app.models import WebLLMSession
from sessions_app.protocol import ServerMessage
from sessions_app.services import engines, leases, sessions
from sessions_app.services.tickets import password_key

__all__ = [
    *("Peer", "beat", "check_user", "close_socket", "follow_generation", "follow_queue"),
    *("handle", "next_page", "open_socket", "reject", "retire", "stop_engine"),
    "handle_at_once",
]

log = logging.getLogger(__name__)
CLOSE_CODES = {"session_closed": 4404, "session_expired": 4410}


def open_socket(knock: Knock, channel: str, dialect: str) -> tuple[Peer, list[ServerMessage]]:
    """Let a socket in.

    One of the guide's dialect is an engine at once, and takes on what an earlier socket of the
    session left behind; one of `mindflip.v1` gets its snapshot. Raises SocketRefused.
    """
    user, now = socket_user(knock), timezone.now()
    session = _alive(knock.session_id, user.pk, now)
    peer = Peer(
        session.pk,
        user.pk,
        session.model_id,
        channel,
        dialect=dialect,
        password_key=password_key(user),
    )
    log.info("Socket opened: session %s, %s", session.pk, dialect)
    if not peer.is_guide:
        return peer, v1.greet(peer, now, knock.last_seq)
    guide.be_ready(peer, session.model_id, now)
    return peer, guide.start_next(peer, now)


def close_socket(peer: Peer) -> None:
    """The socket is gone."""
    leases.socket_gone(channel=peer.channel, now=timezone.now())
    engines.engine_gone(channel=peer.channel)
    log.info("Socket closed: session %s", peer.session_id)


def retire(peer: Peer) -> None:
    """The socket will be closed by us: an engine of `mindflip.v1` that is idle then must not be
    given what it would never hear of.
    """
    if not peer.is_guide:
        peer.engine, peer.is_retired = {}, True
        engines.engine_gone(channel=peer.channel)


def handle(peer: Peer, message: protocol.ClientMessage) -> list[ServerMessage]:
    """Do what the message says.

    Refusals come back as `error` messages; SocketRefused is raised when the session has ended.
    """
    now = timezone.now()
    return [*_answered(peer, message, now), *_news(peer, now)]


def follow_generation(peer: Peer, generation_id: UUID) -> list[ServerMessage]:
    """A generation of this session changed somewhere."""
    return (
        guide.generation_changed(peer, generation_id)
        if peer.is_guide
        else _news(peer, timezone.now())
    )


def next_page(peer: Peer) -> list[ServerMessage]:
    """Return the page after the one that the socket was sent last."""
    return _news(peer, timezone.now())


def follow_queue(peer: Peer) -> list[ServerMessage]:
    """Something of this user waits for an engine."""
    now = timezone.now()
    return (
        guide.start_next(peer, now)
        if peer.is_guide
        else [*v1.start_next(peer, now), *_news(peer, now, v1.look_around)]
    )


def stop_engine(peer: Peer, generation_id: UUID) -> list[ServerMessage]:
    """The engine was to stop at this, unless it was given the same anew before the event came."""
    return (
        []
        if leases.is_held(channel=peer.channel, generation_id=generation_id)
        else [protocol.EngineCancel(generation_id)]
    )


def check_user(peer: Peer) -> list[ServerMessage]:
    """May the user still hold this socket?

    Raises SocketRefused when he was disabled (4403), or changed his password (4401).
    """
    user = User.objects.filter(pk=peer.user_id).first()
    if user is None or password_key(user) != peer.password_key:
        raise SocketRefused(
            "You were signed out everywhere: sign in again.", close_code=4401, code="unauthorized"
        )
    refuse_disabled(user)
    return []


def beat(peer: Peer) -> list[ServerMessage]:
    """What a heartbeat finds that no event announced."""
    now = timezone.now()
    check_user(peer)
    _alive(peer.session_id, peer.user_id, now)
    return (
        guide.beat(peer, now)
        if peer.is_guide
        else [*v1.beat(peer, now), *_news(peer, now, v1.look_around)]
    )


def _answered(peer: Peer, message: protocol.ClientMessage, now: datetime) -> list[ServerMessage]:
    try:
        _touch(peer, message, now)
        table = guide.HANDLERS if peer.is_guide else v1.HANDLERS
        return table[type(message)](peer, message, now)
    except SessionEnded as error:
        raise _refused(error) from None
    except MindFlipError as error:
        refusal = error_message(error, message)
        return reject(peer, refusal, protocol.tag_of(message)) if peer.is_guide else [refusal]


def _news(
    peer: Peer, now: datetime, look: Callable[[Peer, datetime], list[ServerMessage]] = v1.catch_up
) -> list[ServerMessage]:
    """What happens to the database now must not take along what the client is answered: the news
    come with the next heartbeat.
    """
    try:
        return [] if peer.is_guide else look(peer, now)
    except DatabaseError as error:
        log.warning("News are late, the heartbeat will bring them: %s", error)
        return []


def _alive(session_id: UUID, user_id: int, now: datetime) -> WebLLMSession:
    try:
        return sessions.session_alive(session_id=session_id, user_id=user_id, now=now)
    except SessionEnded as error:
        raise _refused(error) from None


def _refused(error: SessionEnded) -> SocketRefused:
    return SocketRefused(error.sentence, close_code=CLOSE_CODES[error.code], code=error.code)


def _touch(peer: Peer, message: protocol.ClientMessage, now: datetime) -> None:
    """Activity is written at most every SESSION_TOUCH_SECONDS a socket, not with each message;
    heartbeats are none.
    """
    if peer.is_touch_due(now) and not isinstance(message, protocol.Ping | protocol.Pong):
        sessions.session_touch(session_id=peer.session_id, now=now)
        peer.touched_at = now
