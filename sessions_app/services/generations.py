"""Asking for cards: out of the cache, or as a row in the queue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

from sessions_app import events
from sessions_app.exceptions import NotFound, TooMany
from sessions_app.models import Generation, GenerationStatus, WebLLMSession
from sessions_app.services.history import is_tracked, session_advance_moved
from sessions_app.services.kinds import get_kind
from sessions_app.services.leases import Claimant, lease_begin
from sessions_app.services.outcomes import Outcome, generations_end
from sessions_app.services.results import result_key, result_read
from sessions_app.services.sessions import session_alive

CANCELLED_BY_USER = Outcome(GenerationStatus.CANCELLED, "cancelled", "The generation was cancelled.")
FLASHCARDS = "flashcards"
RETRY_SECONDS = 10


@dataclass(frozen=True)
class Ask:
    """One wish for cards as it came in. `requester` is the channel of the guide's socket that asks, empty for anybody else: what
    they ask for is numbered, and told to all of the session. With a `request_id` the same wish twice is one generation."""

    prompt: str
    options: dict[str, Any]
    is_refresh: bool = False
    requester: str = ""
    request_id: str | None = None
    kind: str = FLASHCARDS


@dataclass(frozen=True)
class Asked:
    """What became of an Ask: cards at once out of the cache, or a generation in the queue with `place` before it; `started` is
    that generation when the asker's own engine has it already."""

    generation_id: UUID
    cached_cards: list[dict[str, Any]] | None = None
    place: int = 0
    is_repeated: bool = False
    started: Generation | None = None


def generation_submit(*, session_id: UUID, user_id: int, ask: Ask, now: datetime, engine: Claimant | None = None) -> Asked:
    """Answer from the cache or queue a generation. An asker that is its own `engine` has it at once when nothing of the session
    is before it. Raises SessionEnded, and TooMany (`queue_full`)."""
    session = session_alive(session_id=session_id, user_id=user_id, now=now)
    if ask.request_id and (earlier := _repeated(user_id, ask)):
        return earlier
    key = _key(session, ask)
    remembered = None if ask.is_refresh else result_read(key)
    if remembered:
        return Asked(UUID(remembered["generationId"]), cached_cards=remembered["cards"])
    try:
        return _queued(session, ask, key, now, engine)
    except IntegrityError:  # the same request came at the same time by another way
        return _repeated(user_id, ask) or _queued(session, ask, key, now, engine)


def generation_cancel(*, user_id: int, which: Q, now: datetime) -> bool:
    """Stop a generation of the user's, wherever it is; False when it had its outcome already. Raises NotFound."""
    chosen = Generation.objects.filter(which, user=user_id).values_list("pk", flat=True).first()
    if chosen is None:
        raise NotFound("There is no generation with this id.")
    return bool(generations_end(Q(pk=chosen), outcome=CANCELLED_BY_USER, now=now))


def places(*, user_id: int) -> dict[UUID, int]:
    """For each open generation of the user, how many are before it."""
    waiting = Generation.objects.open().filter(user=user_id).order_by("created_at").values_list("pk", flat=True)
    return {pk: place for place, pk in enumerate(waiting)}


def generation_for_user(*, user: User, generation_id: UUID) -> Generation:
    """The user's generation with its session. Raises NotFound for anybody else's."""
    mine = Generation.objects.of(user).select_related("session").prefetch_related("attempts")
    generation = mine.filter(pk=generation_id).first()
    if generation is None:
        raise NotFound("There is no generation with this id.")
    return generation


def _key(session: WebLLMSession, ask: Ask) -> str:
    return result_key(
        user_id=session.user_id,
        model_id=session.model_id,
        kind=ask.kind,
        prompt_version=get_kind(ask.kind).prompt_version,
        prompt=ask.prompt,
        options=ask.options,
    )


@transaction.atomic
def _queued(session: WebLLMSession, ask: Ask, key: str, now: datetime, engine: Claimant | None) -> Asked:
    known = Generation.objects.only("session_id", "requester", "seq", "result_key")
    waiting = list(known.open().filter(user=session.user_id).order_by("created_at"))
    orphan = next((one for one in waiting if ask.requester and _is_orphan(one, session, key)), None)
    if orphan and _adopt(orphan, ask.requester):
        return Asked(orphan.pk, place=waiting.index(orphan))
    if len(waiting) >= settings.QUEUE_PER_USER:
        raise TooMany(
            f"You have {len(waiting)} generations waiting, which is the most: wait for one to finish.",
            retry_after=RETRY_SECONDS,
            code="queue_full",
        )
    generation = _new(session, ask, key, now)
    if engine and all(one.session_id != session.pk for one in waiting):
        lease_begin(generation=generation, engine=engine, now=now)
        return Asked(generation.pk, place=len(waiting), started=generation)
    generation.save(force_insert=True)
    if not ask.requester:
        events.generations_changed([(session.pk, generation.pk)])
        events.queue_changed(session.user_id)
    return Asked(generation.pk, place=len(waiting))


def _new(session: WebLLMSession, ask: Ask, key: str, now: datetime) -> Generation:
    return Generation(
        session=session,
        user_id=session.user_id,
        kind=ask.kind,
        prompt=ask.prompt,
        prompt_version=get_kind(ask.kind).prompt_version,
        options=ask.options,
        result_key=key,
        requester=ask.requester,
        request_id=ask.request_id,
        created_at=now,
        queued_at=now,
        **({} if ask.requester else session_advance_moved(session.pk)),
    )


def _repeated(user_id: int, ask: Ask) -> Asked | None:
    """What became of the same request before, whatever its state. A socket of the guide's dialect asks from here on."""
    earlier = Generation.objects.filter(user=user_id, request_id=ask.request_id).first()
    if earlier is None:
        return None
    if ask.requester:
        Generation.objects.open().filter(pk=earlier.pk).update(requester=ask.requester)
    return Asked(earlier.pk, is_repeated=True)


def _is_orphan(generation: Generation, session: WebLLMSession, key: str) -> bool:
    is_left_behind = generation.requester == "" and not is_tracked(generation)
    return is_left_behind and generation.session_id == session.pk and generation.result_key == key


def _adopt(orphan: Generation, requester: str) -> bool:
    """A client that dropped asks again for the same: it gets the generation it left behind, and nothing runs twice."""
    return bool(Generation.objects.open().filter(pk=orphan.pk, requester="").update(requester=requester))
