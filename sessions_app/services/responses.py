"""What an engine answers: matched to the generation it was asked, checked, kept, and asked on when
cards are missing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from sessions_app import events, log_context, metrics
from sessions_app.exceptions import RepeatedResponse, StaleResponse, UnknownCacheKey
from sessions_app.models import Engine, Generation, GenerationStatus
from sessions_app.protocol import cache_key, parse_cache_key
from sessions_app.services import fast_path
from sessions_app.services.changes import is_tracked, session_advance
from sessions_app.services.generation_kinds import EngineRequest, get_kind
from sessions_app.services.leases import EngineRef, lease_expiry
from sessions_app.services.outcomes import Outcome, attempts_end, final_columns, finish_generations
from sessions_app.services.result_cache import cache_results

log = logging.getLogger(__name__)
STALE = "This generation is no longer leased to this engine: drop the answer and wait for the next."
RECENT = 50  # generations that an answer may repeat
MAX_FOLLOW_UPS = 2  # contract, section 4: the engine is asked for the rest at most twice
SUCCEEDED = Outcome(GenerationStatus.SUCCEEDED)
STOPPED = Outcome(GenerationStatus.CANCELLED, "cancelled", "The generation was stopped.")
NO_CARDS = Outcome(
    GenerationStatus.FAILED,
    "no_valid_cards",
    "The model wrote nothing that is a flashcard: ask again, or take a larger model.",
)


@dataclass(frozen=True)
class EngineResponse:
    """What an engine sent.

    `lease` and `generation_id` are None from the guide's clients, who know the cache key alone.
    """

    cache_key: str
    cards: Any
    lease: UUID | None = None
    generation_id: UUID | None = None
    usage: dict[str, Any] | None = None


@dataclass(frozen=True)
class ResponseCommand:
    """An engine's response to accept.

    `current` is the generation that the engine was given, as it was then, if its socket still has
    it.
    """

    engine: EngineRef
    response: EngineResponse
    now: datetime
    current: Generation | None = None


def engine_request(generation: Generation) -> EngineRequest:
    """What the engine is to be asked now: everything at first, then the rest."""
    kind = get_kind(generation.kind)
    return kind.engine_request(generation.prompt, generation.options, generation.cards)


def client_cache_key(request: EngineRequest) -> str:
    """The guide's cache key for what was asked."""
    return cache_key(request.options["topic"], request.options["count"])


def response_accept(
    *, engine: EngineRef, response: EngineResponse, now: datetime, current: Generation | None = None
) -> Generation:
    """Take an engine's answer, once: the generation has then succeeded, failed with
    `no_valid_cards`, or is still leased because cards are missing. Raises UnknownCacheKey,
    StaleResponse and RepeatedResponse.
    """
    return (
        engine.is_guide
        and responses_accept_batch([ResponseCommand(engine, response, now, current)])[0]
    ) or _accept(engine, response, now)


def responses_accept_batch(commands: Sequence[ResponseCommand]) -> list[Generation | None]:
    """Those answers that end what nobody but their own socket follows.

    None, and nothing is written, for any other: that has to be accepted by itself.
    """
    endings = [_final_state(command) for command in commands]
    are_ended = fast_path.finish_leased_generations(filter(None, endings))
    done = [ending[0] if ending and ending[0].pk in are_ended else None for ending in endings]
    for generation in filter(None, done):
        metrics.ATTEMPTS.add(generation.error_code or "succeeded")
    _publish(list(filter(None, done)))
    return done


def _final_state(command: ResponseCommand) -> tuple[Generation, Outcome, datetime] | None:
    generation = command.current or fast_path.leased_generation(channel=command.engine.channel)
    if generation is None or not _is_unshared(command.engine, generation, command.response):
        return None
    _add_response(generation, command.response, command.now)
    return (
        None
        if _needs_more_cards(generation)
        else (generation, _outcome_of(generation), command.now)
    )


def _is_unshared(engine: EngineRef, generation: Generation, response: EngineResponse) -> bool:
    is_alone = (
        generation.requester == engine.channel
        and not is_tracked(generation)
        and not generation.options.get("save")
    )
    return (
        is_alone and response.lease in (None, generation.lease) and _matches(generation, response)
    )


@transaction.atomic
def _accept(engine: EngineRef, response: EngineResponse, now: datetime) -> Generation:
    generation = _matching_generation(engine, response, now)
    _add_response(generation, response, now)
    if not _needs_more_cards(generation):
        _finish(generation, now)
    elif generation.engine == engine.channel:
        _request_more(generation, now)
    generation.save()
    # by the answer to this message, and nobody else asked
    is_told_here = generation.requester == engine.channel
    events.generations_changed([] if is_told_here else [(generation.session_id, generation.pk)])
    return generation


@transaction.atomic
def card_accept(
    *, engine: EngineRef, generation_id: UUID, lease: UUID, card: Any, now: datetime
) -> Generation:
    """Take one card of an engine that streams, and renew its lease.

    A card that is there already, or is none, changes nothing but the lease. Raises StaleResponse.
    """
    generation = _leased_to(engine, Q(pk=generation_id, lease=lease))
    if generation is None:
        raise StaleResponse(STALE)
    if generation.wanted and _add_cards(generation, [card], now):
        events.generations_changed(
            [(generation.session_id, generation.pk)] if is_tracked(generation) else []
        )
    generation.lease_expires_at = lease_expiry(now)
    generation.save(
        update_fields=["cards", "card_seqs", "seq", "engine", "lease_expires_at", "first_card_at"]
    )
    return generation


def response_cancel(*, generation: Generation, now: datetime) -> None:
    """The page that is both asker and engine stopped: nothing is tried again."""
    finish_generations(Q(pk=generation.pk, lease=generation.lease), outcome=STOPPED, now=now)


def _leased_to(engine: EngineRef, which: Q) -> Generation | None:
    """The user's leased generation that `which` names, locked.

    An engine that came back on another socket holds it by its lease; that socket takes it over,
    unless it was given something else meanwhile.
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


def _matching_generation(engine: EngineRef, response: EngineResponse, now: datetime) -> Generation:
    generation = _leased_to(
        engine, Q(lease=response.lease) if response.lease else Q(engine=engine.channel)
    )
    if generation and _matches(generation, response):
        return generation
    if engine.is_guide and (lost := _lost_generation(engine, response, now)):
        return lost
    if engine.is_guide and _is_repeated(engine, response):
        raise RepeatedResponse(STALE)
    if response.lease and generation is None:
        raise StaleResponse(STALE)
    raise UnknownCacheKey(
        f"This socket was not asked for {response.cache_key[:200]!r}: send the cacheKey of its"
        " `generate`."
    )


def _lost_generation(
    engine: EngineRef, response: EngineResponse, now: datetime
) -> Generation | None:
    """Return what the session's engine was at when its socket was lost, locked, if this answers it.

    Clients of the guide's dialect reconnect while their engine works, and answer on the new socket,
    which works on from there unless it was given something else.
    """
    is_present = Exists(Engine.objects.present(now).filter(channel=OuterRef("engine")))
    leased = Generation.objects.filter(
        ~is_present, session=engine.session_id, seq=None, status=GenerationStatus.LEASED
    )
    for generation in leased.order_by("created_at").select_for_update(of=("self",)):
        if _matches(generation, response):
            if not Generation.objects.leased_by(engine.channel).exists():
                generation.engine = engine.channel
            return generation
    return None


def _is_repeated(engine: EngineRef, response: EngineResponse) -> bool:
    """Return whether this answers, again or too late, one of the session's recent generations or an
    earlier request for one.
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


def _matches(generation: Generation, response: EngineResponse) -> bool:
    """By its lease an answer is known for sure; the cache key must then be one of this topic, for
    the cards that came meanwhile have changed the count that is still asked for.
    """
    if response.generation_id not in (None, generation.pk):
        return False
    if response.lease and is_tracked(generation):
        return response.cache_key.startswith(cache_key(generation.options["topic"], 0)[:-1])
    return response.cache_key == cache_key(generation.options["topic"], max(1, generation.wanted))


def _add_response(generation: Generation, response: EngineResponse, now: datetime) -> None:
    _add_cards(generation, response.cards, now)
    generation.usage = _sum_usage(generation.usage, response.usage or {})


def _add_cards(generation: Generation, raw: Any, now: datetime) -> int:
    """Add what is a card and new, each with a number of its own; how many."""
    new = (
        get_kind(generation.kind)
        .accept_cards(raw, generation.cards, generation.wanted, generation.options)
        .cards
    )
    generation.cards = generation.cards + new
    if new and generation.first_card_at is None:
        generation.first_card_at = now
    if new and is_tracked(generation):
        generation.seq = session_advance(generation.session_id, by=len(new))
        generation.card_seqs = [
            *generation.card_seqs,
            *range(generation.seq - len(new) + 1, generation.seq + 1),
        ]
    return len(new)


def _needs_more_cards(generation: Generation) -> bool:
    return generation.wanted > 0 and generation.asks < MAX_FOLLOW_UPS


def _request_more(generation: Generation, now: datetime) -> None:
    generation.asks += 1
    generation.lease_expires_at = lease_expiry(now)


def _finish(generation: Generation, now: datetime) -> None:
    outcome = _outcome_of(generation)
    numbered = {"seq": session_advance(generation.session_id)} if is_tracked(generation) else {}
    for column, value in (final_columns(outcome, now) | numbered).items():
        setattr(generation, column, value)
    attempts_end(
        Q(generation=generation),
        outcome=outcome.code or "succeeded",
        reason=outcome.message,
        card_count=len(generation.cards),
        now=now,
    )
    if generation.status == GenerationStatus.SUCCEEDED:
        get_kind(generation.kind).on_succeeded(generation, generation.options)
    _publish([generation])


def _outcome_of(generation: Generation) -> Outcome:
    generation.is_partial = bool(generation.cards) and generation.wanted > 0
    return SUCCEEDED if generation.cards else NO_CARDS


def _publish(generations: Sequence[Generation]) -> None:
    for generation in generations:
        _record_metrics(generation)
    # a short result is not what was asked for, so the next request tries again
    whole = {
        generation.result_key: {"generationId": str(generation.pk), "cards": generation.cards}
        for generation in generations
        if generation.cards and not generation.is_partial
    }
    if whole:
        transaction.on_commit(lambda: cache_results(whole))


def _record_metrics(generation: Generation) -> None:
    metrics.GENERATIONS.add(generation.status, generation.error_code)
    if generation.finished_at and generation.first_card_at:
        metrics.FIRST_CARD_SECONDS.add(
            (generation.first_card_at - generation.created_at).total_seconds()
        )
        metrics.GENERATION_SECONDS.add(
            (generation.finished_at - generation.created_at).total_seconds()
        )
    log.info(
        "Generation %s: %s, %d cards",
        generation.pk,
        generation.status,
        len(generation.cards),
        extra=log_context.of(generation),
    )


def _sum_usage(total: dict[str, Any], usage: dict[str, Any]) -> dict[str, Any]:
    return total | {name: total.get(name, 0) + value for name, value in usage.items()}
