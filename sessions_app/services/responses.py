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
from sessions_app.services.leases import Claimant, lease_end
from sessions_app.services.outcomes import Outcome, attempts_end, ended, generations_end
from sessions_app.services.result_cache import results_remember

log = logging.getLogger(__name__)
STALE = "This generation is no longer leased to this engine: drop the answer and wait for the next."
RECENT = 50  # generations that an answer may repeat
MORE_ASKS = 2  # contract, section 4: the engine is asked for the rest at most twice
SUCCEEDED = Outcome(GenerationStatus.SUCCEEDED)
STOPPED = Outcome(GenerationStatus.CANCELLED, "cancelled", "The generation was stopped.")
NO_CARDS = Outcome(
    GenerationStatus.FAILED,
    "no_valid_cards",
    "The model wrote nothing that is a flashcard: ask again, or take a larger model.",
)


@dataclass(frozen=True)
class Answer:
    """What an engine sent.

    `lease` and `generation_id` are None from the guide's clients, who know the cache key alone.
    """

    cache_key: str
    cards: Any
    lease: UUID | None = None
    generation_id: UUID | None = None
    usage: dict[str, Any] | None = None


@dataclass(frozen=True)
class Reply:
    """An Answer with all that belongs to it; `held` is what the engine was given, as it was then,
    if its socket knows that still.
    """

    engine: Claimant
    answer: Answer
    now: datetime
    held: Generation | None = None


def engine_request(generation: Generation) -> EngineRequest:
    """What the engine is to be asked now: everything at first, then the rest."""
    kind = get_kind(generation.kind)
    return kind.engine_request(generation.prompt, generation.options, generation.cards)


def client_cache_key(request: EngineRequest) -> str:
    """The guide's cache key for what was asked."""
    return cache_key(request.options["topic"], request.options["count"])


def answer_accept(
    *, engine: Claimant, answer: Answer, now: datetime, held: Generation | None = None
) -> Generation:
    """Take an engine's answer, once: the generation has then succeeded, failed with
    `no_valid_cards`, or is still leased because cards are missing. Raises UnknownCacheKey,
    StaleResponse and RepeatedResponse.
    """
    return (
        engine.is_guide and answers_accept_at_once([Reply(engine, answer, now, held)])[0]
    ) or _accepted(engine, answer, now)


def answers_accept_at_once(replies: Sequence[Reply]) -> list[Generation | None]:
    """Those answers that end what nobody but their own socket follows.

    None, and nothing is written, for any other: that has to be accepted by itself.
    """
    endings = [_ending(reply) for reply in replies]
    are_ended = fast_path.generations_end(filter(None, endings))
    done = [one[0] if one and one[0].pk in are_ended else None for one in endings]
    for generation in filter(None, done):
        metrics.ATTEMPTS.add(generation.error_code or "succeeded")
    _publish(list(filter(None, done)))
    return done


def _ending(reply: Reply) -> tuple[Generation, Outcome, datetime] | None:
    generation = reply.held or fast_path.generation_held(channel=reply.engine.channel)
    if generation is None or not _is_simple(reply.engine, generation, reply.answer):
        return None
    _take(generation, reply.answer, reply.now)
    return None if _is_asked_on(generation) else (generation, _outcome_of(generation), reply.now)


def _is_simple(engine: Claimant, generation: Generation, answer: Answer) -> bool:
    is_alone = (
        generation.requester == engine.channel
        and not is_tracked(generation)
        and not generation.options.get("save")
    )
    return is_alone and answer.lease in (None, generation.lease) and _is_for(generation, answer)


@transaction.atomic
def _accepted(engine: Claimant, answer: Answer, now: datetime) -> Generation:
    generation = _answered(engine, answer, now)
    _take(generation, answer, now)
    if not _is_asked_on(generation):
        _finish(generation, now)
    elif generation.engine == engine.channel:
        _ask_on(generation, now)
    generation.save()
    # by the answer to this message, and nobody else asked
    is_told_here = generation.requester == engine.channel
    events.generations_changed([] if is_told_here else [(generation.session_id, generation.pk)])
    return generation


@transaction.atomic
def card_accept(
    *, engine: Claimant, generation_id: UUID, lease: UUID, card: Any, now: datetime
) -> Generation:
    """Take one card of an engine that streams, and renew its lease.

    A card that is there already, or is none, changes nothing but the lease. Raises StaleResponse.
    """
    generation = _held(engine, Q(pk=generation_id, lease=lease))
    if generation is None:
        raise StaleResponse(STALE)
    if generation.wanted and _add_cards(generation, [card], now):
        events.generations_changed(
            [(generation.session_id, generation.pk)] if is_tracked(generation) else []
        )
    generation.lease_expires_at = lease_end(now)
    generation.save(
        update_fields=["cards", "card_seqs", "seq", "engine", "lease_expires_at", "first_card_at"]
    )
    return generation


def answer_cancel(*, generation: Generation, now: datetime) -> None:
    """The page that is both asker and engine stopped: nothing is tried again."""
    generations_end(Q(pk=generation.pk, lease=generation.lease), outcome=STOPPED, now=now)


def _held(engine: Claimant, which: Q) -> Generation | None:
    """The user's leased generation that `which` names, locked.

    An engine that came back on another socket holds it by its lease; that socket takes it over,
    unless it was given something else meanwhile.
    """
    held = Generation.objects.filter(which, user=engine.user_id, status=GenerationStatus.LEASED)
    generation = held.select_for_update(of=("self",)).first()
    if (
        generation
        and generation.engine != engine.channel
        and not Generation.objects.leased_by(engine.channel).exists()
    ):
        generation.engine = engine.channel
    return generation


def _answered(engine: Claimant, answer: Answer, now: datetime) -> Generation:
    generation = _held(engine, Q(lease=answer.lease) if answer.lease else Q(engine=engine.channel))
    if generation and _is_for(generation, answer):
        return generation
    if engine.is_guide and (lost := _lost_generation(engine, answer, now)):
        return lost
    if engine.is_guide and _is_repeated(engine, answer):
        raise RepeatedResponse(STALE)
    if answer.lease and generation is None:
        raise StaleResponse(STALE)
    raise UnknownCacheKey(
        f"This socket was not asked for {answer.cache_key[:200]!r}: send the cacheKey of its"
        " `generate`."
    )


def _lost_generation(engine: Claimant, answer: Answer, now: datetime) -> Generation | None:
    """Return what the session's engine was at when its socket was lost, locked, if this answers it.

    Clients of the guide's dialect reconnect while their engine works, and answer on the new socket,
    which works on from there unless it was given something else.
    """
    is_present = Exists(Engine.objects.present(now).filter(channel=OuterRef("engine")))
    leased = Generation.objects.filter(
        ~is_present, session=engine.session_id, seq=None, status=GenerationStatus.LEASED
    )
    for generation in leased.order_by("created_at").select_for_update(of=("self",)):
        if _is_for(generation, answer):
            if not Generation.objects.leased_by(engine.channel).exists():
                generation.engine = engine.channel
            return generation
    return None


def _is_repeated(engine: Claimant, answer: Answer) -> bool:
    """Return whether this answers, again or too late, one of the session's recent generations or an
    earlier request for one.
    """
    topic, count = parse_cache_key(answer.cache_key)
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
            answer.lease is None and generation.asks and count > generation.wanted
        ):
            return True
    return False


def _is_for(generation: Generation, answer: Answer) -> bool:
    """By its lease an answer is known for sure; the cache key must then be one of this topic, for
    the cards that came meanwhile have changed the count that is still asked for.
    """
    if answer.generation_id not in (None, generation.pk):
        return False
    if answer.lease and is_tracked(generation):
        return answer.cache_key.startswith(cache_key(generation.options["topic"], 0)[:-1])
    return answer.cache_key == cache_key(generation.options["topic"], max(1, generation.wanted))


def _take(generation: Generation, answer: Answer, now: datetime) -> None:
    _add_cards(generation, answer.cards, now)
    generation.usage = _added(generation.usage, answer.usage or {})


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


def _is_asked_on(generation: Generation) -> bool:
    return generation.wanted > 0 and generation.asks < MORE_ASKS


def _ask_on(generation: Generation, now: datetime) -> None:
    generation.asks += 1
    generation.lease_expires_at = lease_end(now)


def _finish(generation: Generation, now: datetime) -> None:
    outcome = _outcome_of(generation)
    numbered = {"seq": session_advance(generation.session_id)} if is_tracked(generation) else {}
    for column, value in (ended(outcome, now) | numbered).items():
        setattr(generation, column, value)
    attempts_end(
        Q(generation=generation),
        outcome=outcome.code or "succeeded",
        reason=outcome.sentence,
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
        _note(generation)
    # a short result is not what was asked for, so the next request tries again
    whole = {
        one.result_key: {"generationId": str(one.pk), "cards": one.cards}
        for one in generations
        if one.cards and not one.is_partial
    }
    if whole:
        transaction.on_commit(lambda: results_remember(whole))


def _note(generation: Generation) -> None:
    metrics.GENERATIONS.add(generation.status, generation.error_code)
    if generation.finished_at and generation.first_card_at:
        metrics.FIRST_CARDS.add((generation.first_card_at - generation.created_at).total_seconds())
        metrics.WHOLE.add((generation.finished_at - generation.created_at).total_seconds())
    log.info(
        "Generation %s: %s, %d cards",
        generation.pk,
        generation.status,
        len(generation.cards),
        extra=log_context.of(generation),
    )


def _added(total: dict[str, Any], usage: dict[str, Any]) -> dict[str, Any]:
    return total | {name: total.get(name, 0) + value for name, value in usage.items()}
