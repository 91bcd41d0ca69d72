"""Message handlers of the guide's dialect.

Every function takes the socket's state and returns the messages for that socket, in order.

`handle_batched` handles the messages that clients of this dialect send most often in batches for
many sockets. These are a `generate` whose result is cached or that the socket's own idle engine
starts, and the `response` that ends the generation. Handling each message separately costs more
than the work in it, and PostgreSQL executes the statements of a batch at a fraction of their
individual cost (docs/performance.md).
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from sessions_app import protocol
from sessions_app.exceptions import RepeatedResponse
from sessions_app.handlers.connection import SocketState
from sessions_app.handlers.messages import done_message, engine_generate, result_messages
from sessions_app.models import OPEN, Generation, GenerationStatus
from sessions_app.protocol import ServerMessage
from sessions_app.services import engines, fast_path, generations, leases, responses, sessions
from sessions_app.services.catalogue import find_model
from sessions_app.services.outcomes import Outcome, finish_generations
from sessions_app.sync_executor import Batcher

log = logging.getLogger(__name__)
ENGINE_TYPES = {"response", "error", "progress"}
MATCHING_ERRORS = {"unknown_cache_key", "stale_response"}
_submit_batcher = Batcher(fast_path.submit_batch)
_response_batcher = Batcher(fast_path.accept_batch)


def initial_messages(
    state: SocketState, now: datetime, last_seq: int | None = None
) -> list[ServerMessage]:
    """Register the socket's engine, and start what an earlier socket left behind.

    The engine runs the model of the session. The earlier socket belonged to the same session.
    """
    model = find_model(state.model_id)
    name = model.engine if model else ""
    state.engine = {
        "session_id": state.session_id,
        "user_id": state.user_id,
        "model_id": state.model_id,
        "name": name,
        "is_guide": True,
    }
    shown = {"engine": name, "dialect": state.dialect, "connectedAt": now.isoformat()}
    engines.engine_ready(channel=state.channel, engine=state.engine, shown=shown, now=now)
    return start_next(state, now)


def start_next(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Start the session's next waiting generation on this socket's engine, if it is idle.

    Generations that it took over from another socket come first, so that its client gets the
    results in the order of its requests. A generation that another socket requested is left to that
    socket's engine.
    """
    engine = state.engine_ref
    which = Q(session=state.session_id, requester__in=[state.channel, ""])
    generation = None
    if state.inherited_ids:
        inherited = Q(pk__in=state.inherited_ids)
        generation = leases.lease_take_over(engine=engine, which=inherited, now=now)
        which &= inherited
    generation = generation or leases.lease_claim(engine=engine, which=which, now=now)
    return _start_messages(state, generation) if generation else []


def _start_messages(state: SocketState, generation: Generation) -> list[ServerMessage]:
    state.current_generation = generation
    request = engine_generate(generation)
    if generation.pk not in state.replies.pending_ids:
        return [request]
    text = gettext("Starting generation...")
    return [protocol.Progress(5, text, generation_id=generation.pk), request]


def news(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Return nothing.

    Clients of this dialect receive only replies to their own requests.
    """
    return []


def generation_changed(
    state: SocketState, generation_id: UUID, now: datetime
) -> list[ServerMessage]:
    """Return the outcome if this socket waits for it, and start the next generation."""
    return [
        *_result_messages(state, state.replies.pending_ids & {generation_id}),
        *_start_next_safely(state, now),
    ]


def queue_changed(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Start the next waiting generation."""
    return start_next(state, now)


def heartbeat(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Renew the engine's presence, and make up for lost events.

    Return the outcomes that no event announced, and start the next waiting generation.
    """
    engines.engine_heartbeat(channel=state.channel, engine=state.engine, now=now)
    return [*_result_messages(state, state.replies.pending_ids), *_start_next_safely(state, now)]


def _result_messages(state: SocketState, generation_ids: set[UUID]) -> list[ServerMessage]:
    ended = (
        Generation.objects.filter(pk__in=generation_ids)
        .exclude(status__in=OPEN)
        .order_by("created_at")
        if generation_ids
        else ()
    )
    return [message for generation in ended for message in take_result(state, generation)]


def take_result(state: SocketState, generation: Generation) -> list[ServerMessage]:
    """Return the outcome if this socket waits for it, with the replies that it held up.

    An event, a heartbeat and the engine's response can all report the same outcome. A client
    without IDs would treat a second report as the reply to its next request.
    """
    if generation.pk not in state.replies.pending_ids:
        return []
    state.inherited_ids.discard(generation.pk)
    return state.replies.fulfil(generation.pk, result_messages(generation))


def reject(state: SocketState, error: protocol.Error, message_type: str) -> list[ServerMessage]:
    """Return the error about a rejected message in a place where a client without IDs can match it.

    An error about a request is sent after the replies to earlier requests. An error about a message
    of the engine is returned immediately if it is one of MATCHING_ERRORS or no request waits for
    its reply. Otherwise the client would treat it as that reply. A malformed response then ends the
    engine's generation instead, and all other errors are dropped.
    """
    if message_type not in ENGINE_TYPES:
        return state.replies.add([error])
    if error.code in MATCHING_ERRORS or not state.replies.pending_ids:
        return [error]
    if message_type != "response" or error.retryable:
        return []
    malformed = Outcome(GenerationStatus.FAILED, error.code, error.error)
    finish_generations(
        Q(engine=state.channel, status=GenerationStatus.LEASED),
        outcome=malformed,
        now=timezone.now(),
    )
    return [
        *_result_messages(state, state.replies.pending_ids),
        *_start_next_safely(state, timezone.now()),
    ]


def _start_next_safely(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Start the next waiting generation, or return nothing if the database fails.

    Use it after work whose messages the client must receive even if the database fails.
    """
    try:
        return start_next(state, now)
    except DatabaseError as error:
        log.warning("Nothing was started, the heartbeat will make up for it: %s", error)
        return []


def cached_messages(
    result: generations.SubmitResult, request_id: str | None
) -> list[ServerMessage]:
    """Return the reply to a request whose result was in the cache."""
    data = protocol.ResultData(cards=result.cached_cards or [], cached=True)
    return [
        done_message(request_id, result.generation_id),
        protocol.Result(data, request_id, result.generation_id),
    ]


def queued_message(result: generations.SubmitResult, request_id: str | None) -> protocol.Progress:
    """Return `progress` 0 with the place in the queue."""
    message = (
        gettext("Queued (%(place)d before it)") % {"place": result.place}
        if result.place
        else pgettext("progress of a generation", "Queued")
    )
    return protocol.Progress(0, message, request_id, result.generation_id)


def fail_current(
    state: SocketState, message: protocol.EngineError, now: datetime
) -> Generation | None:
    """Handle an engine's `error`, and return the generation that the engine held.

    Return None if it held none. If the error names no generation either, the engine cannot run at
    all, and the session is marked as failed.
    """
    which = Q(engine=state.channel) & (
        Q(pk=message.generation_id) if message.generation_id else Q()
    )
    current = Generation.objects.filter(which, status=GenerationStatus.LEASED).first()
    if current is None:
        if message.generation_id is None:
            sessions.session_engine_broken(
                session_id=state.session_id, message=message.error, now=now
            )
    elif message.code == "cancelled":
        responses.response_cancel(generation=current, now=now)
    else:
        leases.engine_failed(
            generation=current, code=message.code or "", message=message.error, now=now
        )
    return current


def _generate(state: SocketState, message: protocol.Generate, now: datetime) -> list[ServerMessage]:
    request = state.generation_request(message, now)
    result = generations.generation_submit(request, fast_path.submit_batch)
    messages = _immediate_messages(state, result, message.request_id)
    if messages is not None:
        return messages
    state.replies.expect(result.generation_id)
    if result.is_repeated:
        return _resume_earlier(state, result, message.request_id, now)
    state.has_queued_work = True
    return [queued_message(result, message.request_id), *_start_next_safely(state, now)]


def _immediate_messages(
    state: SocketState, result: generations.SubmitResult, request_id: str | None
) -> list[ServerMessage] | None:
    """Return the cached result, the request to this socket's engine, or None if neither exists.

    Raise RateLimited (`queue_full`) if a cached result would have to wait behind too many
    unanswered requests.
    """
    if result.cached_cards is not None:
        generations.check_queue_length(state.replies.request_count)
        return state.replies.add(cached_messages(result, request_id))
    if result.started is None:
        return None
    state.replies.expect(result.generation_id)
    return [queued_message(result, request_id), *_start_messages(state, result.started)]


def _resume_earlier(
    state: SocketState, result: generations.SubmitResult, request_id: str | None, now: datetime
) -> list[ServerMessage]:
    """Return the outcome of an earlier generation, or `progress` if it is still open."""
    earlier = Generation.objects.get(pk=result.generation_id)
    if earlier.finished_at:
        return take_result(state, earlier)
    state.has_queued_work = True
    if earlier.requester != state.channel:
        state.inherited_ids.add(earlier.pk)
    elif earlier.status == GenerationStatus.LEASED and earlier.engine == state.channel:
        # The client did not receive the request to its engine either, so send it again.
        return [queued_message(result, request_id), *_start_messages(state, earlier)]
    return [queued_message(result, request_id), *_start_next_safely(state, now)]


def _response(state: SocketState, message: protocol.Response, now: datetime) -> list[ServerMessage]:
    current, state.current_generation = state.current_generation, None
    engine = state.engine_ref
    generation = fast_path.accept_batch([(current, engine, message, now)])[0] if current else None
    try:
        generation = generation or responses.response_accept(
            engine=engine, response=message, now=now
        )
    except RepeatedResponse:
        log.info("An engine repeated an answer: session %s", state.session_id)
        return []
    if generation.status == GenerationStatus.LEASED:
        return [engine_generate(generation)] if generation.engine == state.channel else []
    results = take_result(state, generation)
    following = _start_next_safely(state, now) if state.has_queued_work else []
    state.has_queued_work = bool(following)
    return [*results, *following]


def _engine_error(
    state: SocketState, message: protocol.EngineError, now: datetime
) -> list[ServerMessage]:
    current = fail_current(state, message, now)
    return generation_changed(state, current.pk, now) if current else []


def _engine_progress(
    state: SocketState, message: protocol.EngineProgress, now: datetime
) -> list[ServerMessage]:
    leases.lease_renew(engine=state.engine_ref, which=Q(engine=state.channel), now=now)
    return []


HANDLERS: dict[type, Callable[[SocketState, Any, datetime], list[ServerMessage]]] = {
    protocol.Generate: _generate,
    protocol.Response: _response,
    protocol.EngineError: _engine_error,
    protocol.EngineProgress: _engine_progress,
}


async def handle_batched(
    state: SocketState, message: protocol.ClientMessage
) -> list[ServerMessage] | None:
    """Handle a message on the fast path, together with those of other sockets.

    Return None and write nothing if the message must take the general path.
    """
    now = timezone.now()
    if state.has_queued_work or state.is_touch_due(now):
        return None
    if isinstance(message, protocol.Generate):
        # With an ID, an earlier generation has priority over the cache. With `save`, a result has
        # effects. With unanswered requests, the reply may have to wait for earlier ones.
        if message.request_id is not None or message.options.save or state.replies:
            return None
        result = await _submit_batcher.submit(state.generation_request(message, now))
        return _immediate_messages(state, result, None) if result else None
    if isinstance(message, protocol.Response) and state.current_generation:
        current, state.current_generation = state.current_generation, None
        generation = await _response_batcher.submit((current, state.engine_ref, message, now))
        return take_result(state, generation) if generation else None
    return None
