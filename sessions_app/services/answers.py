"""What an engine answers: matched to the generation it was asked, checked, kept, and asked on when cards are missing."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from sessions_app.exceptions import StaleResponse, UnknownCacheKey
from sessions_app.models import Generation, GenerationStatus
from sessions_app.protocol import cache_key
from sessions_app.services.kinds import EngineRequest, get_kind
from sessions_app.services.outcomes import Outcome, attempts_end, ended, generations_end
from sessions_app.services.results import result_remember

log = logging.getLogger(__name__)
MORE_ASKS = 2  # contract, section 4: the engine is asked for the rest at most twice
SUCCEEDED = Outcome(GenerationStatus.SUCCEEDED)
STOPPED = Outcome(GenerationStatus.CANCELLED, "cancelled", "The generation was stopped.")
NO_CARDS = Outcome(
    GenerationStatus.FAILED, "no_valid_cards", "The model wrote nothing that is a flashcard: ask again, or take a larger model."
)


@dataclass(frozen=True)
class Answer:
    """What an engine sent. `lease` and `generation_id` are None from the guide's clients, who know the cache key alone."""

    cache_key: str
    cards: Any
    lease: UUID | None = None
    generation_id: UUID | None = None
    usage: dict[str, Any] | None = None


def engine_request(generation: Generation) -> EngineRequest:
    """What the engine is to be asked now: everything at first, then the rest."""
    kind = get_kind(generation.kind)
    return kind.engine_request(generation.prompt, generation.options, generation.cards)


def client_cache_key(request: EngineRequest) -> str:
    """The guide's cache key for what was asked."""
    return cache_key(request.options["topic"], request.options["count"])


@transaction.atomic
def answer_accept(*, engine: str, answer: Answer, now: datetime) -> Generation:
    """Take the answer of the engine behind this channel, once: the generation has then succeeded, failed with
    `no_valid_cards`, or is still leased because cards are missing. Raises UnknownCacheKey and StaleResponse."""
    generation = _asked(engine, answer)
    kind = get_kind(generation.kind)
    accepted = kind.accept_cards(answer.cards, generation.cards, generation.wanted)
    generation.cards = generation.cards + accepted.cards
    generation.usage = _added(generation.usage, answer.usage or {})
    if generation.wanted and generation.asks < MORE_ASKS:
        _ask_on(generation, now)
    else:
        _finish(generation, now)
    return generation


def answer_cancel(*, generation: Generation, now: datetime) -> None:
    """The page that is both asker and engine stopped: nothing is tried again."""
    generations_end(Q(pk=generation.pk, lease=generation.lease), outcome=STOPPED, now=now)


def _asked(engine: str, answer: Answer) -> Generation:
    """The generation that this engine holds and the answer is for, locked."""
    generation = Generation.objects.leased_by(engine).select_for_update().first()
    if answer.lease and (generation is None or generation.lease != answer.lease):
        raise StaleResponse("This generation is no longer leased to this engine: drop the answer and wait for the next.")
    if generation is None or not _is_for(generation, answer):
        raise UnknownCacheKey(f"This socket was not asked for {answer.cache_key[:200]!r}: send the cacheKey of its `generate`.")
    return generation


def _is_for(generation: Generation, answer: Answer) -> bool:
    is_named = answer.generation_id in (None, generation.pk)
    return is_named and client_cache_key(engine_request(generation)) == answer.cache_key


def _ask_on(generation: Generation, now: datetime) -> None:
    generation.asks += 1
    generation.lease_expires_at = now + timedelta(seconds=settings.LEASE_SECONDS)
    generation.save(update_fields=["cards", "usage", "asks", "lease_expires_at"])


def _finish(generation: Generation, now: datetime) -> None:
    outcome = SUCCEEDED if generation.cards else NO_CARDS
    generation.is_partial = bool(generation.cards) and generation.wanted > 0
    for column, value in ended(outcome, now).items():
        setattr(generation, column, value)
    generation.save(update_fields=["cards", "usage", "is_partial", *ended(outcome, now)])
    attempts_end(
        Q(generation=generation), outcome=outcome.code or "succeeded", reason=outcome.sentence, card_count=len(generation.cards), now=now
    )
    log.info("Generation %s of session %s: %s, %d cards", generation.pk, generation.session_id, generation.status, len(generation.cards))
    if generation.status == GenerationStatus.SUCCEEDED:
        _publish(generation)


def _publish(generation: Generation) -> None:
    get_kind(generation.kind).on_succeeded(generation)
    if not generation.is_partial:  # a short result is not what was asked for, so the next request tries again
        key, cards, pk = generation.result_key, generation.cards, str(generation.pk)
        transaction.on_commit(lambda: result_remember(key, generation_id=pk, cards=cards))


def _added(total: dict[str, Any], usage: dict[str, Any]) -> dict[str, Any]:
    return total | {name: total.get(name, 0) + value for name, value in usage.items()}
