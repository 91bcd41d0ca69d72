"""Message handlers of the dialect `mindflip.v1`.

Changes that concern the whole session are numbered, and `catch_up` sends them to each of its
sockets. The messages that handlers return are for this socket alone.
"""

import logging
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Q
from django.utils.translation import gettext

from sessions_app import protocol
from sessions_app.exceptions import RateLimited, StaleResponse
from sessions_app.handlers import guide
from sessions_app.handlers.connection import SocketState
from sessions_app.handlers.messages import change_messages, engine_generate, result_messages
from sessions_app.models import Generation, GenerationStatus
from sessions_app.protocol import ServerMessage
from sessions_app.services import changes, engines, generations, leases, responses
from sessions_app.services.generations import places

log = logging.getLogger(__name__)
BROKEN = {"device_lost", "out_of_memory", "webgpu_unavailable", "model_unavailable"}


def initial_messages(
    state: SocketState, now: datetime, last_seq: int | None = None
) -> list[ServerMessage]:
    """Return a snapshot for a new socket, and the first page of changes after `last_seq`."""
    page = changes.changes_since(session_id=state.session_id, after=None, now=now)
    state.seq, state.has_more = page.seq, False
    greeting = _remember_positions(state, change_messages(page))
    if last_seq is None or last_seq >= state.seq:
        return greeting
    state.seq = last_seq
    return [*greeting, *catch_up(state, now)]


def catch_up(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Return the next page of changes that this socket has not been sent.

    Each change is sent once and in order, even if events were lost. While `state.has_more` is true,
    another call returns the page after it.
    """
    if not state.has_more and not changes.has_advanced(
        session_id=state.session_id, after=state.seq
    ):
        return []
    page = changes.changes_since(
        session_id=state.session_id, after=state.seq, now=now, is_continued=state.has_more
    )
    messages = _remember_positions(state, change_messages(page))
    if state.seq < state.sent_before:
        state.pay_for_resume(messages, now)
    state.seq, state.has_more = page.seq, page.has_more
    return messages


def refresh_queue_positions(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Return the news, and a snapshot if only places in the queue have changed.

    Places can change without news because generations of the user's other sessions end.
    """
    news = catch_up(state, now)
    if (
        state.has_more
        or not state.places
        or state.places == _queue_positions(places(user_id=state.user_id), state.places)
    ):
        return news
    page = changes.changes_since(session_id=state.session_id, after=None, now=now)
    has_more_news = page.seq != state.seq
    return news if has_more_news else [*news, *_remember_positions(state, change_messages(page))]


def _remember_positions(state: SocketState, messages: list[ServerMessage]) -> list[ServerMessage]:
    for message in messages:
        if isinstance(message, protocol.SessionSnapshot):
            state.places = _queue_positions(
                {generation.generation_id: generation.place for generation in message.generations}
            )
    return messages


def _queue_positions(
    place: Mapping[UUID, int], shown: Container[UUID] | None = None
) -> dict[UUID, int]:
    """Return the places above 0, limited to the generations in `shown` if it is given."""
    return {pk: number for pk, number in place.items() if number and (shown is None or pk in shown)}


def start_next(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Start a waiting generation on this socket's engine, if it has an idle one."""
    if not state.engine:
        return []
    which = engines.claimable(channel=state.channel, user_id=state.user_id, now=now)
    generation = leases.lease_claim(engine=state.engine_ref, which=which, now=now)
    if generation is None:
        return []
    # The engine may still be working on its last attempt, because the event that stops it can
    # arrive after the one that announces new work.
    stop = (
        [protocol.EngineCancel(generation.pk)]
        if leases.was_requeued_by_operator(generation)
        else []
    )
    return [*stop, engine_generate(generation)]


def reject(state: SocketState, error: protocol.Error, message_type: str) -> list[ServerMessage]:
    """Return the error, which clients of this dialect match by its IDs."""
    return [error]


def news(
    state: SocketState,
    now: datetime,
    read: Callable[[SocketState, datetime], list[ServerMessage]] = catch_up,
) -> list[ServerMessage]:
    """Return what `read` finds, or nothing if the database fails.

    The messages that come before the news are then still sent, and the next heartbeat makes up for
    the rest.
    """
    try:
        return read(state, now)
    except DatabaseError as error:
        log.warning("News are late, the heartbeat will bring them: %s", error)
        return []


def generation_changed(
    state: SocketState, generation_id: UUID, now: datetime
) -> list[ServerMessage]:
    """Return the news about this generation and others."""
    return news(state, now)


def queue_changed(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Start the next waiting generation, and return the news with new places in the queue."""
    return [*start_next(state, now), *news(state, now, refresh_queue_positions)]


def heartbeat(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Renew the engine's presence, and make up for lost events."""
    if state.engine:
        engines.engine_heartbeat(channel=state.channel, engine=state.engine, now=now)
    return queue_changed(state, now)


def _ready(state: SocketState, message: protocol.Ready, now: datetime) -> list[ServerMessage]:
    if state.is_draining:
        # The client sent this before it learned that the server is closing the socket. It sends
        # `ready` again when it reconnects.
        return []
    state.engine = {
        "session_id": state.session_id,
        "user_id": state.user_id,
        "model_id": message.model_id,
        "name": message.engine,
        "facts": message.facts,
        "speed": message.speed,
    }
    shown = {
        "engine": message.engine,
        "modelId": message.model_id,
        "readyAt": now.isoformat(),
        **message.facts,
    }
    engines.engine_ready(channel=state.channel, engine=state.engine, shown=shown, now=now)
    return start_next(state, now)


def _generate(state: SocketState, message: protocol.Generate, now: datetime) -> list[ServerMessage]:
    result = generations.generation_submit(state.generation_request(message, now))
    if result.cached_cards is not None:
        return guide.cached_messages(result, message.request_id)
    if result.is_repeated:
        return _repeated(result, message.request_id)
    return [guide.queued_message(result, message.request_id), *start_next(state, now)]


def _repeated(result: generations.SubmitResult, request_id: str | None) -> list[ServerMessage]:
    """Return the outcome of a repeated request, or `progress` if it is still open."""
    generation = Generation.objects.get(pk=result.generation_id)
    return (
        result_messages(generation)
        if generation.finished_at
        else [guide.queued_message(result, request_id)]
    )


def _card(state: SocketState, message: protocol.EngineCard, now: datetime) -> list[ServerMessage]:
    responses.card_accept(
        engine=state.engine_ref,
        generation_id=message.generation_id,
        lease=message.lease,
        card=message.card,
        now=now,
    )
    return []


def _response(state: SocketState, message: protocol.Response, now: datetime) -> list[ServerMessage]:
    generation = responses.response_accept(engine=state.engine_ref, response=message, now=now)
    if message.usage:
        engines.engine_measured(
            channel=state.channel,
            tokens=message.usage.completion_tokens or 0,
            seconds=message.usage.seconds or 0,
        )
    if generation.status == GenerationStatus.LEASED:
        return [engine_generate(generation)]
    return start_next(state, now)


def _engine_error(
    state: SocketState, message: protocol.EngineError, now: datetime
) -> list[ServerMessage]:
    """Handle an engine's error, and start the next waiting generation.

    Another engine is preferred for the generation that this one gave up. Without another engine,
    this one takes it again. An engine that is broken is unregistered until it sends `ready` again.
    """
    guide.fail_current(state, message, now)
    if message.code in BROKEN:
        state.engine = {}
        engines.engine_unregister(channel=state.channel)
    return start_next(state, now)


def _engine_progress(
    state: SocketState, message: protocol.EngineProgress, now: datetime
) -> list[ServerMessage]:
    """Renew the engine's lease.

    An engine that has reconnected claims its lease for the new socket this way, as it does with a
    `card`. Raise StaleResponse if the engine no longer holds the lease.
    """
    has_lease = leases.lease_renew(
        engine=state.engine_ref,
        which=Q(lease=message.lease) if message.lease else Q(engine=state.channel),
        now=now,
    )
    if message.lease and not has_lease:
        raise StaleResponse(responses.STALE)
    return []


def _cancel(state: SocketState, message: protocol.Cancel, now: datetime) -> list[ServerMessage]:
    which = (
        Q(pk=message.generation_id) if message.generation_id else Q(request_id=message.request_id)
    )
    generations.generation_cancel(user_id=state.user_id, which=which, now=now)
    return start_next(state, now)


def _resume(state: SocketState, message: protocol.Resume, now: datetime) -> list[ServerMessage]:
    """Go back to `lastSeq`, so that every later change is sent again.

    `catch_up`, which follows every message, sends the changes. If the number is above the last one
    that was sent, return a snapshot. Raise RateLimited if the socket has used up its share of
    resent messages.
    """
    if message.last_seq == state.seq:
        return []
    if seconds := state.seconds_until_resume(now):
        raise RateLimited(
            gettext("Too much was sent again on this socket: send `resume` in %(seconds)d s.")
            % {"seconds": seconds},
            retry_after=seconds,
        )
    if message.last_seq > state.seq:
        greeting = initial_messages(state, now)
        state.pay_for_resume(greeting, now)
        return greeting
    state.sent_before, state.seq = max(state.sent_before, state.seq), message.last_seq
    return []


def _ping(state: SocketState, message: protocol.Ping, now: datetime) -> list[ServerMessage]:
    return [protocol.Pong()]


def _pong(state: SocketState, message: protocol.Pong, now: datetime) -> list[ServerMessage]:
    return []


HANDLERS: dict[type, Callable[[SocketState, Any, datetime], list[ServerMessage]]] = {
    protocol.Ready: _ready,
    protocol.Generate: _generate,
    protocol.EngineCard: _card,
    protocol.Response: _response,
    protocol.EngineError: _engine_error,
    protocol.EngineProgress: _engine_progress,
    protocol.Cancel: _cancel,
    protocol.Resume: _resume,
    protocol.Ping: _ping,
    protocol.Pong: _pong,
}
