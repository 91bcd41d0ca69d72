"""Asking for cards: out of the cache, or as a row in the queue."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from psycopg.errors import UniqueViolation

from sessions_app import events
from sessions_app.exceptions import NotFound, RateLimited
from sessions_app.models import Generation, GenerationStatus
from sessions_app.services.changes import is_tracked, session_advance
from sessions_app.services.fast_path import start_generations
from sessions_app.services.generation_kinds import get_kind
from sessions_app.services.leases import EngineRef
from sessions_app.services.outcomes import Outcome, finish_generations
from sessions_app.services.result_cache import read_results, result_key
from sessions_app.services.sessions import session_alive

CANCELLED_BY_USER = Outcome(
    GenerationStatus.CANCELLED, "cancelled", "The generation was cancelled."
)
FLASHCARDS = "flashcards"
RETRY_SECONDS = 10
MAX_TRIES = 50  # each that fails means that another request of the user got in


@dataclass(frozen=True)
class GenerationRequest:
    """A request for cards.

    `channel` is the channel of the requesting socket of the guide's dialect, and empty for all
    other requests, whose changes are numbered and sent to every socket of the session.
    `pending_ids` are the generations that this socket is waiting for. Requests with the same
    `request_id` share one generation.
    """

    prompt: str
    options: dict[str, Any]
    is_refresh: bool = False
    channel: str = ""
    request_id: str | None = None
    pending_ids: frozenset[UUID] = frozenset()
    kind: str = FLASHCARDS


@dataclass(frozen=True)
class Requester:
    """The session that requests cards, with its user and model."""

    session_id: UUID
    user_id: int
    model_id: str


@dataclass(frozen=True)
class SubmitCommand:
    """A request with its context; `engine` is the requester's own engine, if it is one."""

    requester: Requester
    request: GenerationRequest
    now: datetime
    engine: EngineRef | None


@dataclass(frozen=True)
class SubmitResult:
    """The result of a request: cards from the cache, or a generation with `place` others before it.

    `is_repeated` says that an earlier request created the generation; `started` is the generation
    if the requester's own engine has already begun it.
    """

    generation_id: UUID
    cached_cards: list[dict[str, Any]] | None = None
    place: int = 0
    is_repeated: bool = False
    started: Generation | None = None


def generation_submit(
    *,
    requester: Requester,
    request: GenerationRequest,
    now: datetime,
    engine: EngineRef | None = None,
) -> SubmitResult:
    """Answer from the cache or queue a generation.

    An asker that is its own `engine` has it at once when nothing of the session is before it.
    Raises SessionEnded, and RateLimited (`queue_full`).
    """
    if earlier := _earlier_request(requester.user_id, request):
        return earlier
    result = generations_submit_batch([SubmitCommand(requester, request, now, engine)])[0]
    if (
        result
        and result.cached_cards
        and request.options.get("save")
        and not _save_again(result, request)
    ):
        result = None
    return result or _queue_with_retries(requester, request, _key_of(requester, request), now)


def generations_submit_batch(commands: Sequence[SubmitCommand]) -> list[SubmitResult | None]:
    """Those wishes that the cache answers, and those that their asker's own engine has at once.

    None, and nothing is written, for any other: that has to be submitted by itself.
    """
    keyed = [(command, _key_of(command.requester, command.request)) for command in commands]
    results = read_results([key for command, key in keyed if not command.request.is_refresh])
    cached = [None if command.request.is_refresh else results.get(key) for command, key in keyed]
    left = {
        at: keyed[at] for at, result in enumerate(cached) if result is None and commands[at].engine
    }
    begun = dict(zip(left, _start_on_own_engines(list(left.values())), strict=True))
    return [_cached_result(result) if result else begun.get(at) for at, result in enumerate(cached)]


def generation_cancel(*, user_id: int, which: Q, now: datetime) -> bool:
    """Stop a generation of the user's, wherever it is; False when it had its outcome already.

    Raises NotFound.
    """
    chosen = Generation.objects.filter(which, user=user_id).values_list("pk", flat=True).first()
    if chosen is None:
        raise NotFound("There is no generation with this id.")
    return bool(finish_generations(Q(pk=chosen), outcome=CANCELLED_BY_USER, now=now))


def places(*, user_id: int) -> dict[UUID, int]:
    """For each open generation of the user, how many are before it."""
    waiting = (
        Generation.objects.open()
        .filter(user=user_id)
        .order_by("created_at")
        .values_list("pk", flat=True)
    )
    return {pk: place for place, pk in enumerate(waiting)}


def generation_for_user(*, user: User, generation_id: UUID) -> Generation:
    """The user's generation with its session. Raises NotFound for anybody else's."""
    generations = Generation.objects.of(user).select_related("session").prefetch_related("attempts")
    generation = generations.filter(pk=generation_id).first()
    if generation is None:
        raise NotFound("There is no generation with this id.")
    return generation


def generations_for_user(*, user: User, generation_ids: Sequence[UUID]) -> list[Generation]:
    """The user's generations with their sessions, in the order given, each once.

    Raises NotFound when one is not there or not theirs.
    """
    by_id = Generation.objects.of(user).select_related("session").in_bulk(list(generation_ids))
    if not generation_ids or set(by_id) != set(generation_ids):
        raise NotFound("There is no generation with one of these ids.")
    return [by_id[pk] for pk in dict.fromkeys(generation_ids)]


def _key_of(requester: Requester, request: GenerationRequest) -> str:
    return result_key(
        user_id=requester.user_id,
        model_id=requester.model_id,
        kind=request.kind,
        prompt_version=get_kind(request.kind).prompt_version,
        prompt=request.prompt,
        options=request.options,
    )


def _cached_result(result: dict[str, Any]) -> SubmitResult:
    return SubmitResult(UUID(result["generationId"]), cached_cards=result["cards"])


@transaction.atomic
def _save_again(earlier: SubmitResult, request: GenerationRequest) -> bool:
    """Save a generation that succeeded before, as this request asks; False if its row no longer has
    the cards.
    """
    succeeded = Generation.objects.filter(status=GenerationStatus.SUCCEEDED).exclude(cards=[])
    generation = succeeded.filter(pk=earlier.generation_id).select_related("session").first()
    if generation:
        get_kind(generation.kind).on_succeeded(generation, request.options)
    return generation is not None


def _start_on_own_engines(
    commands: Sequence[tuple[SubmitCommand, str]],
) -> list[SubmitResult | None]:
    new = [
        (
            _new_generation(command.requester, command.request, key, command.now),
            command.engine,
            command.now,
        )
        for command, key in commands
    ]
    places = start_generations(
        [(generation, engine, now) for generation, engine, now in new if engine]
    )
    return [
        None if place is None else SubmitResult(generation.pk, place=place, started=generation)
        for (generation, *_), place in zip(new, places, strict=True)
    ]


def _queue_with_retries(
    requester: Requester, request: GenerationRequest, key: str, now: datetime
) -> SubmitResult:
    session_alive(session_id=requester.session_id, user_id=requester.user_id, now=now)
    for _ in range(MAX_TRIES):
        try:
            return _queue(requester, request, key, now)
        # at the same time another took the slot, or the same request came by another way
        except IntegrityError as error:
            if not isinstance(error.__cause__, UniqueViolation):
                raise  # a row that can never be written is a fault, not a full queue
            if earlier := _earlier_request(requester.user_id, request):
                return earlier
    raise _queue_full("You ask for very much at once: wait a moment.")


@transaction.atomic
def _queue(
    requester: Requester, request: GenerationRequest, key: str, now: datetime
) -> SubmitResult:
    known = Generation.objects.only("session_id", "requester", "seq", "result_key", "slot")
    waiting = list(known.open().filter(user=requester.user_id).order_by("created_at"))
    same = next(
        (
            candidate
            for candidate in waiting
            if _can_be_shared(candidate, requester.session_id, request, key)
        ),
        None,
    )
    if same:
        return _share(same, request, place=waiting.index(same))
    generation = _new_generation(requester, request, key, now)
    generation.slot = _random_free_slot(waiting)
    if not request.channel:
        generation.seq = generation.moved_seq = session_advance(requester.session_id)
    generation.save(force_insert=True)
    if not request.channel:
        events.generations_changed([(requester.session_id, generation.pk)])
        events.queue_changed(requester.user_id)
    return SubmitResult(generation.pk, place=len(waiting))


def _new_generation(
    requester: Requester, request: GenerationRequest, key: str, now: datetime
) -> Generation:
    return Generation(
        session_id=requester.session_id,
        user_id=requester.user_id,
        kind=request.kind,
        prompt=request.prompt,
        prompt_version=get_kind(request.kind).prompt_version,
        options=request.options,
        result_key=key,
        requester=request.channel,
        request_id=request.request_id,
        created_at=now,
        queued_at=now,
    )


def _earlier_request(user_id: int, request: GenerationRequest) -> SubmitResult | None:
    """What became of the same request before, whatever its state."""
    earlier = (
        Generation.objects.filter(user=user_id, request_id=request.request_id).first()
        if request.request_id
        else None
    )
    return _share(earlier, request) if earlier else None


def _share(generation: Generation, request: GenerationRequest, place: int = 0) -> SubmitResult:
    """Return the same generation for a second request.

    What two sockets of the guide's dialect wait for belongs to neither, so the engine of either may
    take it. If the second request wants the result saved and the first did not, it is saved for
    both.
    """
    columns: dict[str, Any] = {}
    if request.channel and generation.requester not in ("", request.channel):
        columns["requester"] = ""
    if request.options.get("save") and not generation.options.get("save"):
        columns |= {"requester": "", "options": generation.options | {"save": True}}
    shared = SubmitResult(generation.pk, place=place, is_repeated=True)
    is_open = columns and Generation.objects.open().filter(pk=generation.pk).update(**columns)
    if "options" in columns and not is_open:
        _save_again(shared, request)
    return shared


def _can_be_shared(
    generation: Generation, session_id: UUID, request: GenerationRequest, key: str
) -> bool:
    """A client without ids asks again for what it never heard of, by another socket or by this one:
    it gets the generation that is there, and nothing runs twice. Nobody knows at once whether
    another socket that asked is gone, so nothing is taken from it: both are told the outcome.
    """
    is_unheard_of = not is_tracked(generation) and generation.pk not in request.pending_ids
    is_the_same = generation.session_id == session_id and generation.result_key == key
    return bool(request.channel) and not request.request_id and is_unheard_of and is_the_same


def _random_free_slot(waiting: Sequence[Generation]) -> int:
    """One of those left, by chance, so that requests at the same time seldom meet; if they do, the
    database lets one in.
    """
    check_queue_length(len(waiting))
    return secrets.choice(
        tuple(
            set(range(settings.MAX_QUEUED_PER_USER)) - {generation.slot for generation in waiting}
        )
    )


def check_queue_length(count: int) -> None:
    """Raise RateLimited (`queue_full`) if this many requests are as many as one user may have
    unfinished.
    """
    if count >= settings.MAX_QUEUED_PER_USER:
        raise _queue_full(
            f"You have {count} generations waiting, which is the most: wait for one to finish."
        )


def _queue_full(message: str) -> RateLimited:
    return RateLimited(message, retry_after=RETRY_SECONDS, code="queue_full")
