"""The guide's dialect: handle each message.

Every function takes the peer and returns the messages for that socket, in order.

The messages that the guide's clients send most are handled for many sockets in one hop
(`handle_at_once`): a `generate` whose result is cached, or that the socket's own idle engine
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
from sessions_app.batching import Gathered
from sessions_app.exceptions import RepeatedResponse
from sessions_app.handlers.connection import Peer
from sessions_app.handlers.messages import engine_generate, outcome
from sessions_app.models import OPEN, Generation, GenerationStatus
from sessions_app.protocol import ServerMessage
from sessions_app.services import engines, generations, leases, responses, sessions
from sessions_app.services.catalogue import find_model
from sessions_app.services.generations import Wish, generations_submit_at_once
from sessions_app.services.outcomes import Outcome, generations_end
from sessions_app.services.responses import Reply, answers_accept_at_once

log = logging.getLogger(__name__)
ENGINE_TYPES = {"response", "error", "progress"}
MATCHING_ERRORS = {"unknown_cache_key", "stale_response"}
_submitted = Gathered(generations_submit_at_once)
_accepted = Gathered(answers_accept_at_once)


def be_ready(peer: Peer, model_id: str, now: datetime) -> None:
    """A socket of this dialect is an engine from the beginning, of its session's model."""
    model = find_model(model_id)
    name = model.engine if model else ""
    peer.engine = {
        "session_id": peer.session_id,
        "user_id": peer.user_id,
        "model_id": model_id,
        "name": name,
        "is_guide": True,
    }
    shown = {"engine": name, "dialect": peer.dialect, "connectedAt": now.isoformat()}
    engines.engine_ready(channel=peer.channel, engine=peer.engine, shown=shown, now=now)


def start_next(peer: Peer, now: datetime) -> list[ServerMessage]:
    """Start the next waiting generation on this socket's engine, if it is idle.

    What it took up from another socket comes first: its client gets its results in the order of its
    requests.
    """
    followed = Q(pk__in=peer.followed)
    generation = (
        leases.lease_take_over(engine=peer.claimant, which=followed, now=now)
        if peer.followed
        else None
    )
    generation = generation or leases.lease_claim(
        engine=peer.claimant, now=now, among=followed if peer.followed else None
    )
    return _started(peer, generation) if generation else []


def _started(peer: Peer, generation: Generation) -> list[ServerMessage]:
    asked = engine_generate(generation)
    if generation.pk not in peer.replies.awaited:
        return [asked]
    return [protocol.Progress(5, "Starting generation...", generation_id=generation.pk), asked]


def generation_changed(peer: Peer, generation_id: UUID) -> list[ServerMessage]:
    """A generation of this session was ended or requeued: tell its asker if that is this socket,
    and take on what waits.
    """
    return [
        *_outcomes(peer, peer.replies.awaited & {generation_id}),
        *_following(peer, timezone.now()),
    ]


def beat(peer: Peer, now: datetime) -> list[ServerMessage]:
    """The heartbeat: note that the socket is there; outcomes and work that no event announced."""
    engines.engine_seen(channel=peer.channel, engine=peer.engine, now=now)
    return [*_outcomes(peer, peer.replies.awaited), *_following(peer, now)]


def _outcomes(peer: Peer, asked: set[UUID]) -> list[ServerMessage]:
    ended = (
        Generation.objects.filter(pk__in=asked).exclude(status__in=OPEN).order_by("created_at")
        if asked
        else ()
    )
    return [message for generation in ended for message in told_once(peer, generation)]


def told_once(peer: Peer, generation: Generation) -> list[ServerMessage]:
    """Return the outcome if this socket waits for it, and the replies that waited for it.

    A client without IDs would take a second outcome for its next request's, and an event, a
    heartbeat and the message itself may all bring the same one.
    """
    if generation.pk not in peer.replies.awaited:
        return []
    peer.followed.discard(generation.pk)
    return peer.replies.fulfil(generation.pk, outcome(generation))


def reject(peer: Peer, error: protocol.Error, message_type: str) -> list[ServerMessage]:
    """Return the error about a rejected message where a client without IDs gives it to the right
    call.

    The error about a request comes after the replies to earlier requests. A malformed answer ends
    the generation that it was for. Any other message of the engine gets an error only if no request
    waits for a reply, which it would end.
    """
    if message_type not in ENGINE_TYPES:
        return peer.replies.add([error])
    if error.code in MATCHING_ERRORS or not peer.replies.awaited:
        return [error]
    if message_type != "response" or error.retryable:
        return []
    malformed = Outcome(GenerationStatus.FAILED, error.code, error.error)
    generations_end(
        Q(engine=peer.channel, status=GenerationStatus.LEASED),
        outcome=malformed,
        now=timezone.now(),
    )
    return [*_outcomes(peer, peer.replies.awaited), *_following(peer, timezone.now())]


def _following(peer: Peer, now: datetime) -> list[ServerMessage]:
    """What comes next, after something that the client must hear of whatever happens to the
    database meanwhile.
    """
    try:
        return start_next(peer, now)
    except DatabaseError as error:
        log.warning("Nothing was started, the heartbeat will make up for it: %s", error)
        return []


def cached(asked: generations.Asked, request_id: str | None) -> list[ServerMessage]:
    """The answer to a request whose result was in the cache."""
    data = protocol.ResultData(cards=asked.cached_cards or [], cached=True)
    done = protocol.Progress(100, "Done", request_id, asked.generation_id)
    return [done, protocol.Result(data, request_id, asked.generation_id)]


def queued(asked: generations.Asked, request_id: str | None) -> protocol.Progress:
    """`progress` 0 with the place in the queue."""
    place = f"Queued ({asked.place} before it)" if asked.place else "Queued"
    return protocol.Progress(0, place, request_id, asked.generation_id)


def answer_of(message: protocol.Response) -> responses.Answer:
    usage = msgspec.to_builtins(message.usage) if message.usage else None
    return responses.Answer(
        message.cache_key, message.data.cards, message.lease, message.generation_id, usage
    )


def fail(peer: Peer, message: protocol.EngineError, now: datetime) -> Generation | None:
    """The engine gave up what it holds, or cannot run at all; the generation it held."""
    which = Q(engine=peer.channel) & (Q(pk=message.generation_id) if message.generation_id else Q())
    held = Generation.objects.filter(which, status=GenerationStatus.LEASED).first()
    if held is None:
        if message.generation_id is None:
            sessions.session_engine_broken(
                session_id=peer.session_id, sentence=message.error, now=now
            )
    elif message.code == "cancelled":
        responses.answer_cancel(generation=held, now=now)
    else:
        leases.engine_failed(
            generation=held, code=message.code or "", sentence=message.error, now=now
        )
    return held


def _generate(peer: Peer, message: protocol.Generate, now: datetime) -> list[ServerMessage]:
    asked = generations.generation_submit(
        asker=peer.asker, ask=ask_of(peer, message), now=now, engine=peer.claimant
    )
    messages = told_at_once(peer, asked, message.request_id)
    if messages is not None:
        return messages
    peer.replies.expect(asked.generation_id)
    if asked.is_repeated:
        return _taken_up(peer, asked, message.request_id, now)
    peer.has_backlog = True
    return [queued(asked, message.request_id), *_following(peer, now)]


def told_at_once(
    peer: Peer, asked: generations.Asked, request_id: str | None
) -> list[ServerMessage] | None:
    """Return the cached result, or the request to this socket's engine; None if it is neither.

    Raises TooMany (`queue_full`) if too many results wait for those of earlier requests.
    """
    if asked.cached_cards is not None:
        generations.check_queue_length(peer.replies.request_count)
        return peer.replies.add(cached(asked, request_id))
    if asked.started is None:
        return None
    peer.replies.expect(asked.generation_id)
    peer.held = asked.started
    return [queued(asked, request_id), *_started(peer, asked.started)]


def ask_of(peer: Peer, message: protocol.Generate) -> generations.Ask:
    """The wish in the message."""
    options = message.options.filled(message.prompt)
    awaited = frozenset(peer.replies.awaited)
    return generations.Ask(
        message.prompt, options, message.options.refresh, peer.channel, message.request_id, awaited
    )


def _taken_up(
    peer: Peer, asked: generations.Asked, request_id: str | None, now: datetime
) -> list[ServerMessage]:
    """The generation was there before: its outcome, or the word that it is on its way."""
    earlier = Generation.objects.get(pk=asked.generation_id)
    if earlier.finished_at:
        return told_once(peer, earlier)
    peer.has_backlog = True
    if earlier.requester != peer.channel:
        peer.followed.add(earlier.pk)
    elif earlier.status == GenerationStatus.LEASED and earlier.engine == peer.channel:
        return [queued(asked, request_id), *_started(peer, earlier)]  # it never heard that either
    return [queued(asked, request_id), *_following(peer, now)]


def _response(peer: Peer, message: protocol.Response, now: datetime) -> list[ServerMessage]:
    held, peer.held = peer.held, None
    try:
        generation = responses.answer_accept(
            engine=peer.claimant, answer=answer_of(message), now=now, held=held
        )
    except RepeatedResponse:
        log.info("An engine repeated an answer: session %s", peer.session_id)
        return []
    if generation.status == GenerationStatus.LEASED:
        return [engine_generate(generation)] if generation.engine == peer.channel else []
    mine = told_once(peer, generation)
    following = _following(peer, now) if peer.has_backlog else []
    peer.has_backlog = bool(following)
    return [*mine, *following]


def _engine_error(peer: Peer, message: protocol.EngineError, now: datetime) -> list[ServerMessage]:
    held = fail(peer, message, now)
    return generation_changed(peer, held.pk) if held else []


def _engine_progress(
    peer: Peer, message: protocol.EngineProgress, now: datetime
) -> list[ServerMessage]:
    leases.lease_renew(engine=peer.claimant, which=Q(engine=peer.channel), now=now)
    return []


HANDLERS: dict[type, Callable[[Peer, Any, datetime], list[ServerMessage]]] = {
    protocol.Generate: _generate,
    protocol.Response: _response,
    protocol.EngineError: _engine_error,
    protocol.EngineProgress: _engine_progress,
}


async def handle_at_once(peer: Peer, message: protocol.ClientMessage) -> list[ServerMessage] | None:
    """Handle one of the messages named above, as `handle` does.

    Return None, with nothing written, for any other message.
    """
    now = timezone.now()
    if not peer.is_guide or peer.has_backlog or peer.is_touch_due(now):
        return None
    if isinstance(message, protocol.Generate):
        return await _asked(peer, message, now)
    return await _answered(peer, message, now) if isinstance(message, protocol.Response) else None


async def _asked(
    peer: Peer, message: protocol.Generate, now: datetime
) -> list[ServerMessage] | None:
    """Return None for a request with an ID (its row comes before the cache), one to save, and one
    that has to wait for another.
    """
    if message.request_id is not None or message.options.save or peer.replies:
        return None
    asked = await _submitted.ask(Wish(peer.asker, ask_of(peer, message), now, peer.claimant))
    return told_at_once(peer, asked, None) if asked else None


async def _answered(
    peer: Peer, message: protocol.Response, now: datetime
) -> list[ServerMessage] | None:
    held, peer.held = peer.held, None
    if held is None:
        return None
    generation = await _accepted.ask(Reply(peer.claimant, answer_of(message), now, held))
    return told_once(peer, generation) if generation else None
