"""Requests for cards, which the cache answers or the queue stores."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop, ngettext
from psycopg.errors import UniqueViolation

from sessions_app import events
from sessions_app.exceptions import NotFound, RateLimited
from sessions_app.models import Generation, GenerationStatus
from sessions_app.services.changes import session_advance
from sessions_app.services.generation_kinds import get_kind
from sessions_app.services.leases import EngineRef
from sessions_app.services.outcomes import Outcome, finish_generations
from sessions_app.services.result_cache import read_results, result_key
from sessions_app.services.sessions import session_alive

CANCELLED_BY_USER = Outcome(
    GenerationStatus.CANCELLED, "cancelled", gettext_noop("The generation was cancelled.")
)
FLASHCARDS = "flashcards"
RETRY_SECONDS = 10
MAX_TRIES = 50  # each failure means that another request of the user was faster


@dataclass(frozen=True)
class GenerationRequest:
    """A request for cards, made by a user in a session with its model.

    `engine` is the requesting socket of the guide's dialect, which is an engine itself. It is None
    for all other requests, whose changes are numbered and sent to every socket of the session.
    `pending_ids` are the generations that this socket is waiting for. Requests with the same
    `request_id` share one generation.
    """

    session_id: UUID
    user_id: int
    model_id: str
    prompt: str
    options: dict[str, Any]
    requested_at: datetime
    is_refresh: bool = False
    engine: EngineRef | None = None
    request_id: str | None = None
    pending_ids: frozenset[UUID] = frozenset()
    kind: str = FLASHCARDS

    @cached_property
    def result_key(self) -> str:
        """The key of the result in the cache."""
        return result_key(
            user_id=self.user_id,
            model_id=self.model_id,
            kind=self.kind,
            prompt_version=get_kind(self.kind).prompt_version,
            prompt=self.prompt,
            options=self.options,
        )


@dataclass(frozen=True)
class SubmitResult:
    """The result of a request: cached cards, or a generation with its place in the queue.

    `place` is the number of the user's generations before it. `is_repeated` is True if an earlier
    request created the generation. `started` is the generation if the requester's own engine has
    already started it.
    """

    generation_id: UUID
    cached_cards: list[dict[str, Any]] | None = None
    place: int = 0
    is_repeated: bool = False
    started: Generation | None = None


SubmitBatch = Callable[[Sequence[GenerationRequest]], list[SubmitResult | None]]


def cached_results(requests: Sequence[GenerationRequest]) -> list[SubmitResult | None]:
    """Return the cached result of each request, or None for refreshes and cache misses."""
    results = read_results([request.result_key for request in requests if not request.is_refresh])
    return [
        SubmitResult(UUID(result["generationId"]), cached_cards=result["cards"])
        if not request.is_refresh and (result := results.get(request.result_key))
        else None
        for request in requests
    ]


def generation_submit(
    request: GenerationRequest, submit_batch: SubmitBatch = cached_results
) -> SubmitResult:
    """Return the cached result of a request, or queue a generation for it.

    Pass `fast_path.submit_batch` to start the generation on the requester's own engine instead, if
    nothing in the session is before it. Raise SessionEnded if the session has ended, and
    RateLimited (`queue_full`) if the user's queue is full.
    """
    if earlier := _earlier_request(request):
        return earlier
    result = submit_batch([request])[0]
    is_final = result and (result.started or not request.options.get("save"))
    if result and (is_final or _save_again(result, request)):
        return result
    session_alive(session_id=request.session_id, user_id=request.user_id, now=request.requested_at)
    for _ in range(MAX_TRIES):
        try:
            return _queue(request)
        except IntegrityError as error:
            # Another request took the slot, or one with the same ID was faster.
            if not isinstance(error.__cause__, UniqueViolation):
                raise  # a row that can never be written is a fault, not a full queue
            if earlier := _earlier_request(request):
                return earlier
    raise RateLimited(
        gettext("Too many requests at the same time. Wait a moment and try again."),
        retry_after=RETRY_SECONDS,
        code="queue_full",
    )


def new_generation(request: GenerationRequest) -> Generation:
    """Return the unsaved row of a request."""
    return Generation(
        session_id=request.session_id,
        user_id=request.user_id,
        kind=request.kind,
        prompt=request.prompt,
        prompt_version=get_kind(request.kind).prompt_version,
        options=request.options,
        result_key=request.result_key,
        requester=request.engine.channel if request.engine else "",
        request_id=request.request_id,
        created_at=request.requested_at,
        queued_at=request.requested_at,
    )


def generation_cancel(*, user_id: int, which: Q, now: datetime) -> bool:
    """Cancel a generation of the user, and return False if it had already ended.

    Raise NotFound if the user has no such generation.
    """
    chosen = Generation.objects.filter(which, user=user_id).values_list("pk", flat=True).first()
    if chosen is None:
        raise NotFound(gettext("There is no generation with this id."))
    return bool(finish_generations(Q(pk=chosen), outcome=CANCELLED_BY_USER, now=now))


def places(*, user_id: int) -> dict[UUID, int]:
    """Return, for each open generation of the user, how many are before it."""
    waiting = (
        Generation.objects.open()
        .filter(user=user_id)
        .order_by("created_at")
        .values_list("pk", flat=True)
    )
    return {pk: place for place, pk in enumerate(waiting)}


def generation_for_user(*, user: User, generation_id: UUID) -> Generation:
    """Return the user's generation with its session and attempts.

    Raise NotFound if it does not exist or belongs to another user.
    """
    generations = Generation.objects.of(user).select_related("session").prefetch_related("attempts")
    generation = generations.filter(pk=generation_id).first()
    if generation is None:
        raise NotFound(gettext("There is no generation with this id."))
    return generation


def generations_for_user(*, user: User, generation_ids: Sequence[UUID]) -> list[Generation]:
    """Return the user's generations with their sessions, in the given order, each once.

    Raise NotFound if no IDs are given, or if one of the generations does not exist or belongs to
    another user.
    """
    by_id = Generation.objects.of(user).select_related("session").in_bulk(list(generation_ids))
    if not generation_ids or set(by_id) != set(generation_ids):
        raise NotFound(gettext("There is no generation with one of these ids."))
    return [by_id[pk] for pk in dict.fromkeys(generation_ids)]


@transaction.atomic
def _save_again(earlier: SubmitResult, request: GenerationRequest) -> bool:
    """Save an earlier successful generation as this request specifies.

    Return False if its row no longer has the cards.
    """
    succeeded = Generation.objects.filter(status=GenerationStatus.SUCCEEDED).exclude(cards=[])
    generation = succeeded.filter(pk=earlier.generation_id).select_related("session").first()
    if generation:
        get_kind(generation.kind).on_succeeded(generation, request.options)
    return generation is not None


@transaction.atomic
def _queue(request: GenerationRequest) -> SubmitResult:
    known = Generation.objects.only("session_id", "requester", "seq", "result_key", "slot")
    waiting = list(known.open().filter(user=request.user_id).order_by("created_at"))
    for place, candidate in enumerate(waiting):
        if _can_be_shared(candidate, request):
            return _share(candidate, request, place)
    check_queue_length(len(waiting))
    generation = new_generation(request)
    # Choose a random free slot, so that concurrent requests rarely choose the same one. If they do,
    # the database rejects the second.
    taken = {candidate.slot for candidate in waiting}
    generation.slot = secrets.choice(tuple(set(range(settings.MAX_QUEUED_PER_USER)) - taken))
    if not request.engine:
        generation.seq = generation.moved_seq = session_advance(request.session_id)
    generation.save(force_insert=True)
    if not request.engine:
        events.generations_changed([(request.session_id, generation.pk)])
        events.queue_changed(request.user_id)
    return SubmitResult(generation.pk, place=len(waiting))


def _earlier_request(request: GenerationRequest) -> SubmitResult | None:
    """Return the result of an earlier request with the same ID, whatever its state."""
    if not request.request_id:
        return None
    same = Generation.objects.filter(user=request.user_id, request_id=request.request_id)
    earlier = same.first()
    return _share(earlier, request) if earlier else None


def _share(generation: Generation, request: GenerationRequest, place: int = 0) -> SubmitResult:
    """Return the existing generation as the result of a second request.

    If two sockets of the guide's dialect wait for it, it belongs to neither, so the engine of
    either may take it. If the second request wants the result saved and the first did not, it is
    saved for both.
    """
    columns: dict[str, Any] = {}
    if request.engine and generation.requester not in ("", request.engine.channel):
        columns["requester"] = ""
    if request.options.get("save") and not generation.options.get("save"):
        columns |= {"requester": "", "options": generation.options | {"save": True}}
    shared = SubmitResult(generation.pk, place=place, is_repeated=True)
    is_open = columns and Generation.objects.open().filter(pk=generation.pk).update(**columns)
    if "options" in columns and not is_open:
        _save_again(shared, request)
    return shared


def _can_be_shared(generation: Generation, request: GenerationRequest) -> bool:
    """Return whether this request repeats the one that the open generation answers.

    A client without IDs repeats a request whose result it never received, on the same socket or
    another one. It gets the existing generation, so nothing runs twice. The first socket may still
    be open, so nothing is taken from it: both receive the outcome.
    """
    return (
        request.engine is not None
        and not request.request_id
        and not generation.is_tracked
        and generation.pk not in request.pending_ids
        and generation.session_id == request.session_id
        and generation.result_key == request.result_key
    )


def check_queue_length(count: int) -> None:
    """Raise RateLimited (`queue_full`) if the user's queue is full.

    `count` is the number of the user's unfinished requests.
    """
    if count >= settings.MAX_QUEUED_PER_USER:
        raise RateLimited(
            ngettext(
                "You have %(count)d generation waiting, which is the most: wait for it to finish.",
                "You have %(count)d generations waiting, which is the most: wait for one to"
                " finish.",
                count,
            )
            % {"count": count},
            retry_after=RETRY_SECONDS,
            code="queue_full",
        )
