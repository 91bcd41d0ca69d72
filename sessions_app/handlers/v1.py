"""The dialect `mindflip.v1`: what each message does.

What concerns the whole session is numbered and reaches every socket of it by `catch_up`; what is
returned here is for this socket alone.
"""

from collections.abc import Callable, Container, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from sessions_app import protocol
from sessions_app.exceptions import StaleResponse, TooMany
from sessions_app.handlers import guide
from sessions_app.handlers.connection import Peer
from sessions_app.handlers.messages import engine_generate, outcome, told
from sessions_app.models import Generation, GenerationStatus
from sessions_app.protocol import ServerMessage
from sessions_app.services import changes, engines, generations, leases, responses
from sessions_app.services.generations import places

BROKEN = {"device_lost", "out_of_memory", "webgpu_unavailable", "model_unavailable"}


def greet(peer: Peer, now: datetime, last_seq: int | None = None) -> list[ServerMessage]:
    """Return the snapshot that a socket begins with and the first page of what came after
    `last_seq`.
    """
    page = changes.changes_since(session_id=peer.session_id, after=None, now=now)
    peer.seq, peer.has_more = page.seq, False
    greeting = _noted(peer, told(page))
    if last_seq is None or last_seq >= peer.seq:
        return greeting
    peer.seq = last_seq
    return [*greeting, *catch_up(peer, now)]


def catch_up(peer: Peer, now: datetime) -> list[ServerMessage]:
    """Return the next page of what was numbered since this socket's last message: each once and in
    order, whatever events were lost. While `peer.has_more` is true, another call returns the page
    after it.
    """
    if not peer.has_more and not changes.has_advanced(session_id=peer.session_id, after=peer.seq):
        return []
    page = changes.changes_since(
        session_id=peer.session_id, after=peer.seq, now=now, is_continued=peer.has_more
    )
    messages = _noted(peer, told(page))
    if peer.seq < peer.sent_before:
        peer.pay_for_resume(messages, now)
    peer.seq, peer.has_more = page.seq, page.has_more
    return messages


def look_around(peer: Peer, now: datetime) -> list[ServerMessage]:
    """Return the news, and a snapshot if waiting generations moved up without any: others of the
    user's sessions had their outcome.
    """
    news = catch_up(peer, now)
    if (
        peer.has_more
        or not peer.places
        or peer.places == _waiting(places(user_id=peer.user_id), peer.places)
    ):
        return news
    page = changes.changes_since(session_id=peer.session_id, after=None, now=now)
    has_more_news = page.seq != peer.seq
    return news if has_more_news else [*news, *_noted(peer, told(page))]


def _noted(peer: Peer, messages: list[ServerMessage]) -> list[ServerMessage]:
    for message in messages:
        if isinstance(message, protocol.SessionSnapshot):
            peer.places = _waiting({one.generation_id: one.place for one in message.generations})
    return messages


def _waiting(place: Mapping[UUID, int], shown: Container[UUID] | None = None) -> dict[UUID, int]:
    """Those (of the ones shown) that something is before."""
    return {pk: number for pk, number in place.items() if number and (shown is None or pk in shown)}


def start_next(peer: Peer, now: datetime) -> list[ServerMessage]:
    """Give this socket's engine something to do, if it has one that is idle."""
    generation = leases.lease_claim(engine=peer.claimant, now=now) if peer.engine else None
    if generation is None:
        return []
    # it may still be at its last attempt: of the two events one is overtaken by the other now and
    # then
    stop = [protocol.EngineCancel(generation.pk)] if leases.is_given_back(generation) else []
    return [*stop, engine_generate(generation)]


def beat(peer: Peer, now: datetime) -> list[ServerMessage]:
    """The heartbeat: note that the engine is there, and make up for lost events."""
    if peer.engine:
        engines.engine_seen(channel=peer.channel, engine=peer.engine, now=now)
    return start_next(peer, now)


def _ready(peer: Peer, message: protocol.Ready, now: datetime) -> list[ServerMessage]:
    if peer.is_retired:
        # it was under way when the socket was closed by us; where the client comes back it says so
        # again
        return []
    peer.engine = {
        "session_id": peer.session_id,
        "user_id": peer.user_id,
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
    engines.engine_ready(channel=peer.channel, engine=peer.engine, shown=shown, now=now)
    return start_next(peer, now)


def _generate(peer: Peer, message: protocol.Generate, now: datetime) -> list[ServerMessage]:
    options = message.options.filled(message.prompt)
    ask = generations.Ask(
        message.prompt, options, message.options.refresh, request_id=message.request_id
    )
    asked = generations.generation_submit(asker=peer.asker, ask=ask, now=now)
    if asked.cached_cards is not None:
        return guide.cached(asked, message.request_id)
    if asked.is_repeated:
        return _repeated(asked, message.request_id)
    return [guide.queued(asked, message.request_id), *start_next(peer, now)]


def _repeated(asked: generations.Asked, request_id: str | None) -> list[ServerMessage]:
    """The same request again: its outcome, or the word that it is on its way."""
    generation = Generation.objects.get(pk=asked.generation_id)
    return outcome(generation) if generation.finished_at else [guide.queued(asked, request_id)]


def _card(peer: Peer, message: protocol.EngineCard, now: datetime) -> list[ServerMessage]:
    responses.card_accept(
        engine=peer.claimant,
        generation_id=message.generation_id,
        lease=message.lease,
        card=message.card,
        now=now,
    )
    return []


def _response(peer: Peer, message: protocol.Response, now: datetime) -> list[ServerMessage]:
    answer = guide.answer_of(message)
    generation = responses.answer_accept(engine=peer.claimant, answer=answer, now=now)
    usage = answer.usage or {}
    engines.engine_measured(
        channel=peer.channel,
        tokens=usage.get("completionTokens", 0),
        seconds=usage.get("seconds", 0),
    )
    if generation.status == GenerationStatus.LEASED:
        return [engine_generate(generation)]
    return start_next(peer, now)


def _engine_error(peer: Peer, message: protocol.EngineError, now: datetime) -> list[ServerMessage]:
    """Another engine is preferred for what this one gave up; it takes it again when there is none.

    One that is broken is no engine until it says `ready` again.
    """
    guide.fail(peer, message, now)
    if message.code in BROKEN:
        peer.engine = {}
        engines.engine_gone(channel=peer.channel)
    return start_next(peer, now)


def _engine_progress(
    peer: Peer, message: protocol.EngineProgress, now: datetime
) -> list[ServerMessage]:
    """A sign of life; an engine that came back claims its lease with it, as with a card."""
    is_held = leases.lease_renew(
        engine=peer.claimant,
        which=Q(lease=message.lease) if message.lease else Q(engine=peer.channel),
        now=now,
    )
    if message.lease and not is_held:
        raise StaleResponse(responses.STALE)
    return []


def _cancel(peer: Peer, message: protocol.Cancel, now: datetime) -> list[ServerMessage]:
    which = (
        Q(pk=message.generation_id) if message.generation_id else Q(request_id=message.request_id)
    )
    generations.generation_cancel(user_id=peer.user_id, which=which, now=now)
    return start_next(peer, now)


def _resume(peer: Peer, message: protocol.Resume, now: datetime) -> list[ServerMessage]:
    """Go back to `lastSeq`: `catch_up`, which follows every message, sends what came after it.

    A number that was never given out gets a snapshot. Raises TooMany while the socket has been sent
    again more than its share.
    """
    if message.last_seq == peer.seq:
        return []
    if seconds := peer.seconds_until_resume(now):
        raise TooMany(
            f"Too much was sent again on this socket: send `resume` in {seconds} s.",
            retry_after=seconds,
        )
    if message.last_seq > peer.seq:
        greeting = greet(peer, now)
        peer.pay_for_resume(greeting, now)
        return greeting
    peer.sent_before, peer.seq = max(peer.sent_before, peer.seq), message.last_seq
    return []


def _ping(peer: Peer, message: protocol.Ping, now: datetime) -> list[ServerMessage]:
    return [protocol.Pong()]


def _pong(peer: Peer, message: protocol.Pong, now: datetime) -> list[ServerMessage]:
    return []


HANDLERS: dict[type, Callable[[Peer, Any, datetime], list[ServerMessage]]] = {
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
