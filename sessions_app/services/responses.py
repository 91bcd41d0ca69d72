"""Responses of engines.

A response is matched to the generation that it is for, validated and stored. If cards are missing,
the engine gets a follow-up request.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from sessions_app import events, metrics
from sessions_app.exceptions import RepeatedResponse, StaleResponse, UnknownCacheKey
from sessions_app.models import Engine, Generation, GenerationStatus
from sessions_app.protocol import Response, cache_key, parse_cache_key
from sessions_app.services.changes import session_advance
from sessions_app.services.generation_kinds import get_kind
from sessions_app.services.leases import EngineRef, lease_expiry
from sessions_app.services.outcomes import Outcome, attempts_end, final_columns, finish_generations
from sessions_app.services.result_cache import cache_results

log = logging.getLogger(__name__)
STALE = gettext_lazy(
    "This generation is no longer leased to this engine: drop the answer and wait for the next."
)
RECENT = 50  # generations that a response may repeat
MAX_FOLLOW_UPS = 2  # follow-up requests per attempt (see docs/protocol.md)
SUCCEEDED = Outcome(GenerationStatus.SUCCEEDED)
STOPPED = Outcome(
    GenerationStatus.CANCELLED, "cancelled", gettext_noop("The generation was stopped.")
)
NO_CARDS = Outcome(
    GenerationStatus.FAILED,
    "no_valid_cards",
    gettext_noop("The model wrote no usable flashcards. Try again, or choose a larger model."),
)


@transaction.atomic
def response_accept(*, engine: EngineRef, response: Response, now: datetime) -> Generation:
    """Accept an engine's response, once.

    The generation has then succeeded, has failed with `no_valid_cards`, or is still leased because
    cards are missing. Raise UnknownCacheKey, StaleResponse or RepeatedResponse if the response
    matches no generation that the engine holds.
    """
    generation = _matching_generation(engine, response, now)
    add_response(generation, response, now)
    if not needs_more_cards(generation):
        _finish(generation, now)
    elif generation.engine == engine.channel:
        generation.asks += 1
        generation.lease_expires_at = lease_expiry(now)
    generation.save()
    # If the engine's own socket is the requester, it gets the outcome as the reply to this message,
    # and no other socket waits for it.
    if generation.requester != engine.channel:
        events.generations_changed([(generation.session_id, generation.pk)])
    return generation


@transaction.atomic
def card_accept(
    *, engine: EngineRef, generation_id: UUID, lease: UUID, card: Any, now: datetime
) -> Generation:
    """Accept one card from an engine that streams, and renew its lease.

    A repeated or invalid card only renews the lease. Raise StaleResponse if the engine no longer
    holds the lease.
    """
    generation = _leased_to(engine, Q(pk=generation_id, lease=lease))
    if generation is None:
        raise StaleResponse(STALE)
    if generation.wanted and _add_cards(generation, [card], now) and generation.is_tracked:
        events.generations_changed([(generation.session_id, generation.pk)])
    generation.lease_expires_at = lease_expiry(now)
    generation.save(
        update_fields=["cards", "card_seqs", "seq", "engine", "lease_expires_at", "first_card_at"]
    )
    return generation


def response_cancel(*, generation: Generation, now: datetime) -> None:
    """Cancel a generation because its engine reported that it was stopped.

    It is not retried.
    """
    finish_generations(Q(pk=generation.pk, lease=generation.lease), outcome=STOPPED, now=now)


def _leased_to(engine: EngineRef, which: Q) -> Generation | None:
    """Return the user's leased generation that `which` selects, locked.

    An engine that reconnected on another socket still holds its lease. The new socket takes the
    lease over, unless it holds another generation by now.
    """
    current = Generation.objects.filter(which, user=engine.user_id, status=GenerationStatus.LEASED)
    generation = current.select_for_update(of=("self",)).first()
    if (
        generation
        and generation.engine != engine.channel
        and not Generation.objects.leased_by(engine.channel).exists()
    ):
        generation.engine = engine.channel
    return generation


def _matching_generation(engine: EngineRef, response: Response, now: datetime) -> Generation:
    generation = _leased_to(
        engine, Q(lease=response.lease) if response.lease else Q(engine=engine.channel)
    )
    if generation and matches(generation, response):
        return generation
    if engine.is_guide and (lost := _lost_generation(engine, response, now)):
        return lost
    if engine.is_guide and _is_repeated(engine, response):
        raise RepeatedResponse(STALE)
    if response.lease and generation is None:
        raise StaleResponse(STALE)
    message = gettext("This socket was not asked for %(key)s: send the cacheKey of its `generate`.")
    raise UnknownCacheKey(message % {"key": repr(response.cache_key[:200])})


def _lost_generation(engine: EngineRef, response: Response, now: datetime) -> Generation | None:
    """Return the generation that a lost engine of the session was working on, locked.

    Return None if the response does not match it. Clients of the guide's dialect reconnect while
    their engine works, and respond on the new socket. That socket continues the generation, unless
    it holds another one.
    """
    is_present = Exists(Engine.objects.present(now).filter(channel=OuterRef("engine")))
    leased = Generation.objects.filter(
        ~is_present, session=engine.session_id, seq=None, status=GenerationStatus.LEASED
    )
    for generation in leased.order_by("created_at").select_for_update(of=("self",)):
        if matches(generation, response):
            if not Generation.objects.leased_by(engine.channel).exists():
                generation.engine = engine.channel
            return generation
    return None


def _is_repeated(engine: EngineRef, response: Response) -> bool:
    """Return whether the response repeats an earlier one, or comes too late.

    It does if it matches one of the session's recent generations, or an earlier request for the one
    that the engine is working on.
    """
    topic, count = parse_cache_key(response.cache_key)
    recent = Generation.objects.filter(session=engine.session_id).order_by("-created_at", "-id")[
        :RECENT
    ]
    for generation in recent.only("options", "cards", "asks", "status", "engine"):
        if generation.options["topic"] != topic or not 1 <= count <= generation.options["count"]:
            continue
        is_at_work = (
            generation.status == GenerationStatus.LEASED and generation.engine == engine.channel
        )
        if not is_at_work or (
            response.lease is None and generation.asks and count > generation.wanted
        ):
            return True
    return False


def matches(generation: Generation, response: Response) -> bool:
    """Return whether an engine's response is for this generation.

    In `mindflip.v1` the lease identifies the generation. The cache key must then contain the
    generation's topic, but its count may differ, because cards that arrived in the meantime changed
    the number still needed. Otherwise the whole cache key must match.
    """
    if response.generation_id not in (None, generation.pk):
        return False
    if response.lease and generation.is_tracked:
        return response.cache_key.startswith(cache_key(generation.options["topic"], 0)[:-1])
    return response.cache_key == cache_key(generation.options["topic"], max(1, generation.wanted))


def add_response(generation: Generation, response: Response, now: datetime) -> None:
    """Add the cards and the usage of a response to the generation in memory."""
    _add_cards(generation, response.data.cards, now)
    usage = msgspec.to_builtins(response.usage) if response.usage else {}
    total = generation.usage
    generation.usage = total | {name: total.get(name, 0) + value for name, value in usage.items()}


def _add_cards(generation: Generation, raw: Any, now: datetime) -> int:
    """Add the cards that are valid and new, and return how many there are.

    Each gets its own number if the generation is tracked.
    """
    new = get_kind(generation.kind).accept_cards(
        raw, generation.cards, generation.wanted, generation.options
    )
    generation.cards = generation.cards + new
    if new and generation.first_card_at is None:
        generation.first_card_at = now
    if new and generation.is_tracked:
        generation.seq = session_advance(generation.session_id, by=len(new))
        generation.card_seqs = [
            *generation.card_seqs,
            *range(generation.seq - len(new) + 1, generation.seq + 1),
        ]
    return len(new)


def needs_more_cards(generation: Generation) -> bool:
    """Return whether the engine must get a follow-up request for missing cards."""
    return generation.wanted > 0 and generation.asks < MAX_FOLLOW_UPS


def set_final_columns(generation: Generation, now: datetime) -> Outcome:
    """End a generation that gets no more cards, in memory, and return its outcome."""
    outcome = SUCCEEDED if generation.cards else NO_CARDS
    for column, value in final_columns(outcome, now).items():
        setattr(generation, column, value)
    generation.is_partial = bool(generation.cards) and generation.wanted > 0
    return outcome


def _finish(generation: Generation, now: datetime) -> None:
    outcome = set_final_columns(generation, now)
    if generation.is_tracked:
        generation.seq = session_advance(generation.session_id)
    attempts_end(
        Q(generation=generation),
        outcome=outcome.code or "succeeded",
        reason=outcome.message,
        card_count=len(generation.cards),
        now=now,
    )
    if generation.status == GenerationStatus.SUCCEEDED:
        get_kind(generation.kind).on_succeeded(generation, generation.options)
    publish([generation])


def publish(generations: Sequence[Generation]) -> None:
    """Record the metrics of finished generations, and cache their results after commit."""
    complete = {}
    for generation in generations:
        metrics.GENERATIONS.add(generation.status, generation.error_code)
        if generation.finished_at and generation.first_card_at:
            began = generation.created_at
            metrics.FIRST_CARD_SECONDS.add((generation.first_card_at - began).total_seconds())
            metrics.GENERATION_SECONDS.add((generation.finished_at - began).total_seconds())
        log.info(
            "Generation %s: %s, %d cards",
            generation.pk,
            generation.status,
            len(generation.cards),
            extra={"generation_id": generation.pk, "session_id": generation.session_id},
        )
        # Do not cache an incomplete result, so that the next request tries again.
        if generation.cards and not generation.is_partial:
            result = {"generationId": str(generation.pk), "cards": generation.cards}
            complete[generation.result_key] = result
    if complete:
        transaction.on_commit(lambda: cache_results(complete))
