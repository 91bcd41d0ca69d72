"""What each message does: message class → function of the same name, in one synchronous hop off the event loop.

Every function takes the peer and returns the messages to send on that socket, in order.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils import timezone

from sessions_app import protocol
from sessions_app.auth import Knock, socket_user_id
from sessions_app.exceptions import MindFlipError, SessionEnded, SocketRefused, TooMany
from sessions_app.models import Generation, GenerationStatus
from sessions_app.protocol import ServerMessage
from sessions_app.services import answers, generations, leases, sessions
from sessions_app.services.catalogue import find_model

log = logging.getLogger(__name__)
CLOSE_CODES = {"session_closed": 4404, "session_expired": 4410}


@dataclass
class Peer:
    """One open socket: whose it is, and the channel by which other processes reach it."""

    session_id: UUID
    user_id: int
    channel: str
    engine_name: str
    touched_at: datetime = field(default_factory=timezone.now)


def open_socket(knock: Knock, channel: str) -> tuple[Peer, list[ServerMessage]]:
    """Let a socket in; work that an earlier socket of the session left behind is handed to it. Raises SocketRefused."""
    user_id, now = socket_user_id(knock), timezone.now()
    try:
        session = sessions.session_alive(session_id=knock.session_id, user_id=user_id, now=now)
    except SessionEnded as error:
        raise _refused(error) from None
    model = find_model(session.model_id)
    peer = Peer(session.pk, user_id, channel, model.engine if model else "")
    facts = {"engine": peer.engine_name, "dialect": "guide", "connectedAt": now.isoformat()}
    sessions.session_engine_ready(session_id=session.pk, facts=facts, now=now)
    log.info("Socket opened: session %s", session.pk)
    return peer, _next(peer, now)


def close_socket(peer: Peer) -> None:
    """The socket is gone."""
    leases.socket_gone(channel=peer.channel, now=timezone.now())
    log.info("Socket closed: session %s", peer.session_id)


def handle(peer: Peer, message: protocol.ClientMessage) -> list[ServerMessage]:
    """Do what the message says. Refusals come back as `error` messages; SocketRefused is raised when the session has ended."""
    now = timezone.now()
    try:
        _touch(peer, now)
        return HANDLERS[type(message)](peer, message, now)
    except SessionEnded as error:
        raise _refused(error) from None
    except MindFlipError as error:
        return [error_message(error, message)]


def generation_changed(peer: Peer, generation_id: UUID) -> list[ServerMessage]:
    """A generation of this session was ended or requeued: tell its asker if that is this socket, and take on what waits."""
    generation = Generation.objects.filter(pk=generation_id, session=peer.session_id).first()
    if generation and generation.requester == peer.channel and generation.status in (GenerationStatus.FAILED, GenerationStatus.CANCELLED):
        return [*_outcome(generation), *_next(peer, timezone.now())]
    return _next(peer, timezone.now())


def error_message(error: MindFlipError, message: Any = None) -> protocol.Error:
    """The one table from exceptions to `error` messages."""
    return protocol.Error(
        error=error.sentence,
        code=error.code,
        retryable=error.retryable,
        retry_after=error.retry_after if isinstance(error, TooMany) else msgspec.UNSET,
        request_id=getattr(message, "request_id", None) or msgspec.UNSET,
    )


def _generate(peer: Peer, message: protocol.Generate, now: datetime) -> list[ServerMessage]:
    ask = generations.Ask(message.prompt, message.options.filled(message.prompt), message.options.refresh, peer.channel)
    asked = generations.generation_submit(session_id=peer.session_id, user_id=peer.user_id, ask=ask, now=now)
    if asked.cached_cards is not None:
        data = protocol.ResultData(cards=asked.cached_cards, cached=True)
        return [protocol.Progress(100, "Done"), protocol.Result(data, message.request_id, asked.generation_id)]
    place = f"Queued ({asked.place} before it)" if asked.place else "Queued"
    return [protocol.Progress(0, place, message.request_id, asked.generation_id), *_next(peer, now)]


def _response(peer: Peer, message: protocol.Response, now: datetime) -> list[ServerMessage]:
    usage = msgspec.to_builtins(message.usage) if message.usage else None
    answer = answers.Answer(message.cache_key, message.data.cards, message.lease, message.generation_id, usage)
    generation = answers.answer_accept(engine=peer.channel, answer=answer, now=now)
    if generation.status == GenerationStatus.LEASED:
        return [_engine_generate(generation)]
    mine = _outcome(generation) if generation.requester == peer.channel else []
    return [*mine, *_next(peer, now)]


def _engine_error(peer: Peer, message: protocol.EngineError, now: datetime) -> list[ServerMessage]:
    generation = Generation.objects.leased_by(peer.channel).first()
    if generation is None:
        sessions.session_engine_broken(session_id=peer.session_id, sentence=message.error, now=now)
        return []
    if message.code == "cancelled":
        answers.answer_cancel(generation=generation, now=now)
    else:
        leases.lease_release(generation=generation, code="engine_lost", sentence=f"The engine failed: {message.error}", now=now)
    return generation_changed(peer, generation.pk)


def _engine_progress(peer: Peer, message: protocol.EngineProgress, now: datetime) -> list[ServerMessage]:
    leases.lease_renew(engine=peer.channel, now=now)
    return []


HANDLERS: dict[type, Callable[[Peer, Any, datetime], list[ServerMessage]]] = {
    protocol.Generate: _generate,
    protocol.Response: _response,
    protocol.EngineError: _engine_error,
    protocol.EngineProgress: _engine_progress,
}


def _next(peer: Peer, now: datetime) -> list[ServerMessage]:
    """Start the next waiting generation on this socket's engine, if it is idle."""
    generation = leases.lease_claim(session_id=peer.session_id, engine=peer.channel, engine_name=peer.engine_name, now=now)
    if generation is None:
        return []
    started = protocol.Progress(5, "Starting generation...", generation_id=generation.pk)
    return [started, _engine_generate(generation)] if generation.requester == peer.channel else [_engine_generate(generation)]


def _engine_generate(generation: Generation) -> protocol.EngineGenerate:
    assert generation.lease
    request = answers.engine_request(generation)
    return protocol.EngineGenerate(
        prompt=request.prompt,
        options=request.options,
        generation_id=generation.pk,
        attempt=generation.attempt_count,
        lease=generation.lease,
        cache_key=answers.client_cache_key(request),
        messages=request.messages,
        response_format=request.response_format,
        cards_so_far=generation.cards,
    )


def _outcome(generation: Generation) -> list[ServerMessage]:
    if generation.status == GenerationStatus.SUCCEEDED:
        data = protocol.ResultData(cards=generation.cards, partial=generation.is_partial)
        return [protocol.Progress(100, "Done", generation_id=generation.pk), protocol.Result(data, generation_id=generation.pk)]
    return [protocol.Error(generation.error, generation.error_code, is_retryable(generation), generation_id=generation.pk)]


def is_retryable(generation: Generation) -> bool:
    """Whether asking again may help: not when the user himself stopped it or the session is over."""
    return generation.error_code in {"engine_lost", "no_engine", "timeout", "no_valid_cards"}


def _refused(error: SessionEnded) -> SocketRefused:
    return SocketRefused(error.sentence, close_code=CLOSE_CODES[error.code], code=error.code)


def _touch(peer: Peer, now: datetime) -> None:
    """Activity is written at most every SESSION_TOUCH_SECONDS a socket, not with each message."""
    if now - peer.touched_at >= timedelta(seconds=settings.SESSION_TOUCH_SECONDS):
        sessions.session_touch(session_id=peer.session_id, now=now)
        peer.touched_at = now
