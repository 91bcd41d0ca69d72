"""The dialect `mindflip.v1`: what each message does.

What concerns the whole session is numbered and reaches every socket of it by `catch_up`; what is
returned here is for this socket alone.
"""

import logging
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Q

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
    """Return the snapshot that a socket begins with and the first page of what came after
    `last_seq`.
    """
    page = changes.changes_since(session_id=state.session_id, after=None, now=now)
    state.seq, state.has_more = page.seq, False
    greeting = _remember_positions(state, change_messages(page))
    if last_seq is None or last_seq >= state.seq:
        return greeting
    state.seq = last_seq
    return [*greeting, *catch_up(state, now)]


def catch_up(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Return the next page of what was numbered since this socket's last message: each once and in
    order, whatever events were lost. While `state.has_more` is true, another call returns the page
    after it.
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
    """Return the news, and a snapshot if waiting generations moved up without any: others of the
    user's sessions had their outcome.
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
    """Those (of the ones shown) that something is before."""
    return {pk: number for pk, number in place.items() if number and (shown is None or pk in shown)}


def start_next(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Give this socket's engine something to do, if it has one that is idle."""
    if not state.engine:
        return []
    which = engines.claimable(channel=state.channel, user_id=state.user_id, now=now)
    generation = leases.lease_claim(engine=state.engine_ref, which=which, now=now)
    if generation is None:
        return []
    # it may still be at its last attempt: of the two events one is overtaken by the other now and
    # then
    stop = (
        [protocol.EngineCancel(generation.pk)]
        if leases.was_requeued_by_operator(generation)
        else []
    )
    return [*stop, engine_generate(generation)]


def reject(state: SocketState, error: protocol.Error, message_type: str) -> list[ServerMessage]:
    """Return the error; clients of this dialect match it by its IDs."""
    return [error]


def news(
    state: SocketState,
    now: datetime,
    read: Callable[[SocketState, datetime], list[ServerMessage]] = catch_up,
) -> list[ServerMessage]:
    """Return what `read` finds. If the database fails, return nothing: the next heartbeat makes up
    for it, and the messages that come before are still sent.
    """
    try:
        return read(state, now)
    except DatabaseError as error:
        log.warning("News are late, the heartbeat will bring them: %s", error)
        return []


def generation_changed(
    state: SocketState, generation_id: UUID, now: datetime
) -> list[ServerMessage]:
    """Return the news, of this generation and of others."""
    return news(state, now)


def queue_changed(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Start what waits, and return the news with new places in the queue."""
    return [*start_next(state, now), *news(state, now, refresh_queue_positions)]


def heartbeat(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Renew the engine's presence, and make up for lost events."""
    if state.engine:
        engines.engine_heartbeat(channel=state.channel, engine=state.engine, now=now)
    return queue_changed(state, now)


def _ready(state: SocketState, message: protocol.Ready, now: datetime) -> list[ServerMessage]:
    if state.is_draining:
        # it was under way when the socket was closed by us; where the client comes back it says so
        # again
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
    """The same request again: its outcome, or the word that it is on its way."""
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
    """Another engine is preferred for what this one gave up; it takes it again when there is none.

    One that is broken is no engine until it says `ready` again.
    """
    guide.fail_current(state, message, now)
    if message.code in BROKEN:
        state.engine = {}
        engines.engine_unregister(channel=state.channel)
    return start_next(state, now)


def _engine_progress(
    state: SocketState, message: protocol.EngineProgress, now: datetime
) -> list[ServerMessage]:
    """A sign of life; an engine that came back claims its lease with it, as with a card."""
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
    """Go back to `lastSeq`: `catch_up`, which follows every message, sends what came after it.

    A number that was never assigned gets a snapshot. Raises RateLimited while more than the
    socket's share has been sent again.
    """
    if message.last_seq == state.seq:
        return []
    if seconds := state.seconds_until_resume(now):
        raise RateLimited(
            f"Too much was sent again on this socket: send `resume` in {seconds} s.",
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
