"""The guide's dialect: handle each message.

Every function takes the peer and returns the messages for that socket, in order.

The messages that the guide's clients send most are handled for many sockets in one hop
(`handle_batched`): a `generate` whose result is cached, or that the socket's own idle engine
begins, and the `response` that ends it. One hop for each message costs more than the work in it,
and PostgreSQL runs the statements of many at a fraction of their single cost (docs/performance.md).
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
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
from sessions_app.services import engines, generations, leases, responses, sessions
from sessions_app.services.catalogue import find_model
from sessions_app.services.generations import SubmitCommand, generations_submit_batch
from sessions_app.services.outcomes import Outcome, finish_generations
from sessions_app.services.responses import ResponseCommand, responses_accept_batch

log = logging.getLogger(__name__)
ENGINE_TYPES = {"response", "error", "progress"}
MATCHING_ERRORS = {"unknown_cache_key", "stale_response"}
_submit_batcher = Batcher(generations_submit_batch)
_response_batcher = Batcher(responses_accept_batch)


def register_engine(state: SocketState, model_id: str, now: datetime) -> None:
    """A socket of this dialect is an engine from the beginning, of its session's model."""
    model = find_model(model_id)
    name = model.engine if model else ""
    state.engine = {
        "session_id": state.session_id,
        "user_id": state.user_id,
        "model_id": model_id,
        "name": name,
        "is_guide": True,
    }
    shown = {"engine": name, "dialect": state.dialect, "connectedAt": now.isoformat()}
    engines.engine_ready(channel=state.channel, engine=state.engine, shown=shown, now=now)


def start_next(state: SocketState, now: datetime) -> list[ServerMessage]:
    """Start the next waiting generation on this socket's engine, if it is idle.

    What it took up from another socket comes first: its client gets its results in the order of its
    requests.
    """
    inherited = Q(pk__in=state.inherited_ids)
    generation = (
        leases.lease_take_over(engine=state.engine_ref, which=inherited, now=now)
        if state.inherited_ids
        else None
    )
    generation = generation or leases.lease_claim(
        engine=state.engine_ref, now=now, among=inherited if state.inherited_ids else None
    )
    return _start_messages(state, generation) if generation else []


def _start_messages(state: SocketState, generation: Generation) -> list[ServerMessage]:
    request = engine_generate(generation)
    if generation.pk not in state.replies.pending_ids:
        return [request]
    return [protocol.Progress(5, "Starting generation...", generation_id=generation.pk), request]


def generation_changed(state: SocketState, generation_id: UUID) -> list[ServerMessage]:
    """A generation of this session was ended or requeued: tell its asker if that is this socket,
    and take on what waits.
    """
    return [
        *_result_messages(state, state.replies.pending_ids & {generation_id}),
        *_start_next_safely(state, timezone.now()),
    ]


def heartbeat(state: SocketState, now: datetime) -> list[ServerMessage]:
    """The heartbeat: note that the socket is there; outcomes and work that no event announced."""
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


def engine_response(message: protocol.Response) -> responses.EngineResponse:
    usage = msgspec.to_builtins(message.usage) if message.usage else None
    return responses.EngineResponse(
        message.cache_key, message.data.cards, message.lease, message.generation_id, usage
    )


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
    result = generations.generation_submit(
        requester=state.requester,
        request=generation_request(state, message),
        now=now,
        engine=state.engine_ref,
    )
    messages = immediate_messages(state, result, message.request_id)
    if messages is not None:
        return messages
    state.replies.expect(result.generation_id)
    if result.is_repeated:
        return _resume_earlier(state, result, message.request_id, now)
    state.has_queued_work = True
    return [queued_message(result, message.request_id), *_start_next_safely(state, now)]


def immediate_messages(
    state: SocketState, result: generations.SubmitResult, request_id: str | None
) -> list[ServerMessage] | None:
    """Return the cached result, or the request to this socket's engine; None if it is neither.

    Raises RateLimited (`queue_full`) if too many results wait for those of earlier requests.
    """
    if result.cached_cards is not None:
        generations.check_queue_length(state.replies.request_count)
        return state.replies.add(cached_messages(result, request_id))
    if result.started is None:
        return None
    state.replies.expect(result.generation_id)
    state.current_generation = result.started
    return [queued_message(result, request_id), *_start_messages(state, result.started)]


def generation_request(
    state: SocketState, message: protocol.Generate
) -> generations.GenerationRequest:
    """The wish in the message."""
    options = message.options.filled(message.prompt)
    pending_ids = frozenset(state.replies.pending_ids)
    return generations.GenerationRequest(
        message.prompt,
        options,
        message.options.refresh,
        state.channel,
        message.request_id,
        pending_ids,
    )


def _resume_earlier(
    state: SocketState, result: generations.SubmitResult, request_id: str | None, now: datetime
) -> list[ServerMessage]:
    """The generation was there before: its outcome, or the word that it is on its way."""
    earlier = Generation.objects.get(pk=result.generation_id)
    if earlier.finished_at:
        return take_result(state, earlier)
    state.has_queued_work = True
    if earlier.requester != state.channel:
        state.inherited_ids.add(earlier.pk)
    elif earlier.status == GenerationStatus.LEASED and earlier.engine == state.channel:
        return [
            queued_message(result, request_id),
            *_start_messages(state, earlier),
        ]  # it never heard that either
    return [queued_message(result, request_id), *_start_next_safely(state, now)]


def _response(state: SocketState, message: protocol.Response, now: datetime) -> list[ServerMessage]:
    current, state.current_generation = state.current_generation, None
    try:
        generation = responses.response_accept(
            engine=state.engine_ref, response=engine_response(message), now=now, current=current
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
    return generation_changed(state, current.pk) if current else []


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
    """Handle one of the messages named above, as `handle` does.

    Return None, with nothing written, for any other message.
    """
    now = timezone.now()
    if not state.is_guide or state.has_queued_work or state.is_touch_due(now):
        return None
    if isinstance(message, protocol.Generate):
        return await _submit_batched(state, message, now)
    return (
        await _accept_batched(state, message, now)
        if isinstance(message, protocol.Response)
        else None
    )


async def _submit_batched(
    state: SocketState, message: protocol.Generate, now: datetime
) -> list[ServerMessage] | None:
    """Return None for a request with an ID (its row comes before the cache), one to save, and one
    that has to wait for another.
    """
    if message.request_id is not None or message.options.save or state.replies:
        return None
    result = await _submit_batcher.submit(
        SubmitCommand(state.requester, generation_request(state, message), now, state.engine_ref)
    )
    return immediate_messages(state, result, None) if result else None


async def _accept_batched(
    state: SocketState, message: protocol.Response, now: datetime
) -> list[ServerMessage] | None:
    current, state.current_generation = state.current_generation, None
    if current is None:
        return None
    generation = await _response_batcher.submit(
        ResponseCommand(state.engine_ref, engine_response(message), now, current)
    )
    return take_result(state, generation) if generation else None
