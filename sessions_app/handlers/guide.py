"""The guide's dialect: what each message does. Every function takes the peer and returns the messages for that socket, in order."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q
from django.utils import timezone

from sessions_app import protocol
from sessions_app.handlers.messages import engine_generate, outcome
from sessions_app.handlers.peers import Peer
from sessions_app.models import Generation, GenerationStatus
from sessions_app.protocol import ServerMessage
from sessions_app.services import answers, generations, leases, sessions

ENDED_BADLY = (GenerationStatus.FAILED, GenerationStatus.CANCELLED)


def start_next(peer: Peer, now: datetime) -> list[ServerMessage]:
    """Start the next waiting generation on this socket's engine, if it is idle."""
    generation = leases.lease_claim(engine=peer.claimant, now=now)
    return _started(peer, generation) if generation else []


def _started(peer: Peer, generation: Generation) -> list[ServerMessage]:
    asked = engine_generate(generation)
    if generation.requester != peer.channel:
        return [asked]
    return [protocol.Progress(5, "Starting generation...", generation_id=generation.pk), asked]


def generation_changed(peer: Peer, generation_id: UUID) -> list[ServerMessage]:
    """A generation of this session was ended or requeued: tell its asker if that is this socket, and take on what waits."""
    now = timezone.now()
    generation = Generation.objects.filter(pk=generation_id, session=peer.session_id).first()
    told = _told_once(peer, generation) if generation and generation.status in ENDED_BADLY else []
    return [*told, *start_next(peer, now)]


def beat(peer: Peer, now: datetime) -> list[ServerMessage]:
    """The heartbeat: outcomes and work that no event announced."""
    untold = Generation.objects.filter(session=peer.session_id, requester=peer.channel, status__in=ENDED_BADLY)
    told = [message for generation in untold for message in _told_once(peer, generation)]
    return [*told, *start_next(peer, now)]


def _told_once(peer: Peer, generation: Generation) -> list[ServerMessage]:
    """The outcome for its asker, if that is this socket. A client without ids would take a second error for its next request's,
    and an event, a heartbeat and the message itself may all bring the same one: who asked is struck out with the first."""
    asker = Generation.objects.filter(pk=generation.pk, requester=peer.channel)
    return outcome(generation) if asker.update(requester="") else []


def cached(asked: generations.Asked, request_id: str | None) -> list[ServerMessage]:
    """The answer to a request whose result was in the cache."""
    data = protocol.ResultData(cards=asked.cached_cards or [], cached=True)
    done = protocol.Progress(100, "Done", request_id, asked.generation_id)
    return [done, protocol.Result(data, request_id, asked.generation_id)]


def queued(asked: generations.Asked, request_id: str | None) -> protocol.Progress:
    """`progress` 0 with the place in the queue."""
    place = f"Queued ({asked.place} before it)" if asked.place else "Queued"
    return protocol.Progress(0, place, request_id, asked.generation_id)


def answer_of(message: protocol.Response) -> answers.Answer:
    usage = msgspec.to_builtins(message.usage) if message.usage else None
    return answers.Answer(message.cache_key, message.data.cards, message.lease, message.generation_id, usage)


def fail(peer: Peer, message: protocol.EngineError, now: datetime) -> Generation | None:
    """The engine gave up what it holds, or cannot run at all; the generation it held."""
    which = Q(engine=peer.channel) & (Q(pk=message.generation_id) if message.generation_id else Q())
    held = Generation.objects.filter(which, status=GenerationStatus.LEASED).first()
    if held is None:
        if message.generation_id is None:
            sessions.session_engine_broken(session_id=peer.session_id, sentence=message.error, now=now)
    elif message.code == "cancelled":
        answers.answer_cancel(generation=held, now=now)
    else:
        leases.lease_release(which=which, code="engine_lost", sentence=f"The engine failed: {message.error}", now=now)
    return held


def _generate(peer: Peer, message: protocol.Generate, now: datetime) -> list[ServerMessage]:
    ask = generations.Ask(message.prompt, message.options.filled(message.prompt), message.options.refresh, peer.channel, message.request_id)
    asked = generations.generation_submit(session_id=peer.session_id, user_id=peer.user_id, ask=ask, now=now, engine=peer.claimant)
    if asked.started:
        return [queued(asked, message.request_id), *_started(peer, asked.started)]
    if asked.cached_cards is not None:
        return cached(asked, message.request_id)
    earlier = Generation.objects.get(pk=asked.generation_id) if asked.is_repeated else None
    if earlier and earlier.finished_at:
        return outcome(earlier)
    peer.has_backlog = True
    return [queued(asked, message.request_id), *start_next(peer, now)]


def _response(peer: Peer, message: protocol.Response, now: datetime) -> list[ServerMessage]:
    generation = answers.answer_accept(engine=peer.claimant, answer=answer_of(message), now=now)
    if generation.status == GenerationStatus.LEASED:
        return [engine_generate(generation)]
    mine = _outcome_of_answer(peer, generation)
    following = start_next(peer, now) if peer.has_backlog else []
    peer.has_backlog = bool(following)
    return [*mine, *following]


def _outcome_of_answer(peer: Peer, generation: Generation) -> list[ServerMessage]:
    if generation.status in ENDED_BADLY:
        return _told_once(peer, generation)
    return outcome(generation) if generation.requester == peer.channel else []


def _engine_error(peer: Peer, message: protocol.EngineError, now: datetime) -> list[ServerMessage]:
    held = fail(peer, message, now)
    return generation_changed(peer, held.pk) if held else []


def _engine_progress(peer: Peer, message: protocol.EngineProgress, now: datetime) -> list[ServerMessage]:
    leases.lease_renew(which=Q(engine=peer.channel), now=now)
    return []


HANDLERS: dict[type, Callable[[Peer, Any, datetime], list[ServerMessage]]] = {
    protocol.Generate: _generate,
    protocol.Response: _response,
    protocol.EngineError: _engine_error,
    protocol.EngineProgress: _engine_progress,
}
