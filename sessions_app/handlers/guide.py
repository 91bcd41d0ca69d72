"""The guide's dialect: handle each message.

Every function takes the socket's state and returns the messages for that socket, in order.

The messages that the guide's clients send most are handled for many sockets together
(`handle_batched`): a `generate` whose result is cached, or that the socket's own idle engine
begins, and the `response` that ends it. Handling each alone costs more than the work in it, and
PostgreSQL runs the statements of many at a fraction of their single cost (docs/performance.md).
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from sessions_app import protocol
from sessions_app.batching import Batcher
from sessions_app.exceptions import RepeatedResponse
from sessions_app.handlers.connection import SocketState
from sessions_app.handlers.messages import engine_generate, result_messages
from sessions_app.models import OPEN, Generation, GenerationStatus
from sessions_app.protocol import ServerMessage
from sessions_app.services import engines, fast_path, generations, leases, responses, sessions
from sessions_app.services.catalogue import find_model
from sessions_app.services.outcomes import Outcome, finish_generations

log = logging.getLogger(__name__)
ENGINE_TYPES = {"response", "error", "progress"}
MATCHING_ERRORS = {"unknown_cache_key", "stale_response"}
_submit_batcher = Batcher(fast_path.submit_batch)
_response_batcher = Batcher(fast_path.accept_batch)


def initial_messages(
    state: SocketState, now: datetime, last_seq: int | None = None
) -> list[ServerMessage]:
    """Register the socket as an engine of its session's model, and start what an earlier socket of
    the session left behind.
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
    """Start the next waiting generation of the session on this socket's engine, if it is idle.

    Generations that it took over from another socket come first, so that its client gets its
    results in the order of its requests. What another socket requested is for that socket's engine.
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
    return [protocol.Progress(5, "Starting generation...", generation_id=generation.pk), request]


def news(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Return nothing: clients of this dialect receive only replies to their own requests."""
    return []


def generation_changed(
    state: SocketState, generation_id: UUID, now: datetime
) -> list[ServerMessage]:
    """Return the outcome if this socket waits for it, and start what waits."""
    return [
        *_result_messages(state, state.replies.pending_ids & {generation_id}),
        *_start_next_safely(state, now),
    ]


def queue_changed(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Start what waits."""
    return start_next(state, now)


def heartbeat(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Renew the engine's presence; return outcomes and start work that no event announced."""
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
    """Return the outcome if this socket waits for it, and the replies that waited for it.

    A client without IDs would take a second outcome for its next request's, and an event, a
    heartbeat and the message itself may all bring the same one.
    """
    if generation.pk not in state.replies.pending_ids:
        return []
    state.inherited_ids.discard(generation.pk)
    return state.replies.fulfil(generation.pk, result_messages(generation))


def reject(state: SocketState, error: protocol.Error, message_type: str) -> list[ServerMessage]:
    """Return the error about a rejected message where a client without IDs gives it to the right
    call.

    The error about a request comes after the replies to earlier requests. A malformed answer ends
    the generation that it was for. Any other message of the engine gets an error only if no request
    waits for a reply, which it would end.
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
    """What comes next, after something that the client must hear of whatever happens to the
    database meanwhile.
    """
    try:
        return start_next(state, now)
    except DatabaseError as error:
        log.warning("Nothing was started, the heartbeat will make up for it: %s", error)
        return []


def cached_messages(
    result: generations.SubmitResult, request_id: str | None
) -> list[ServerMessage]:
    """The answer to a request whose result was in the cache."""
    data = protocol.ResultData(cards=result.cached_cards or [], cached=True)
    done = protocol.Progress(100, "Done", request_id, result.generation_id)
    return [done, protocol.Result(data, request_id, result.generation_id)]


def queued_message(result: generations.SubmitResult, request_id: str | None) -> protocol.Progress:
    """`progress` 0 with the place in the queue."""
    message = f"Queued ({result.place} before it)" if result.place else "Queued"
    return protocol.Progress(0, message, request_id, result.generation_id)


def fail_current(
    state: SocketState, message: protocol.EngineError, now: datetime
) -> Generation | None:
    """The engine gave up what it holds, or cannot run at all; the generation it held."""
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
    """Return the cached result, or the request to this socket's engine; None if it is neither.

    Raise RateLimited (`queue_full`) if too many results wait for those of earlier requests.
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
    """Return the outcome of an earlier generation, or that it is queued or running."""
    earlier = Generation.objects.get(pk=result.generation_id)
    if earlier.finished_at:
        return take_result(state, earlier)
    state.has_queued_work = True
    if earlier.requester != state.channel:
        state.inherited_ids.add(earlier.pk)
    elif earlier.status == GenerationStatus.LEASED and earlier.engine == state.channel:
        # the client did not receive the request to its engine either
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

    Return None, with nothing written, if the message does not belong there.
    """
    now = timezone.now()
    if state.has_queued_work or state.is_touch_due(now):
        return None
    if isinstance(message, protocol.Generate):
        # with an ID, an earlier generation comes before the cache; with `save`, a result has
        # effects; others may have to wait for the reply to an earlier request
        if message.request_id is not None or message.options.save or state.replies:
            return None
        result = await _submit_batcher.submit(state.generation_request(message, now))
        return _immediate_messages(state, result, None) if result else None
    if isinstance(message, protocol.Response) and state.current_generation:
        current, state.current_generation = state.current_generation, None
        generation = await _response_batcher.submit((current, state.engine_ref, message, now))
        return take_result(state, generation) if generation else None
    return None
