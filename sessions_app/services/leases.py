"""Leases, which determine which engine works on which generation.

An engine claims a generation under a lease, renews the lease with its messages, and loses it when
it is silent for too long.

Every change is conditional on the lease or the old state, so two engines never hold the same
generation.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Least
from django.utils.translation import gettext_noop

from sessions_app import events, metrics
from sessions_app.models import Attempt, Engine, Generation, GenerationStatus
from sessions_app.services.changes import session_advance, session_advance_moved
from sessions_app.services.outcomes import Outcome, attempts_end, final_columns, finish_generations

log = logging.getLogger(__name__)
NO_ENGINE = Outcome(
    GenerationStatus.FAILED,
    "no_engine",
    gettext_noop("No engine took this in time: open a page with a loaded model and ask again."),
)
CONTEXT_EXCEEDED = Outcome(
    GenerationStatus.FAILED,
    "context_exceeded",
    gettext_noop(
        "The text is too long for this model: shorten it, or choose a model with a larger context."
    ),
)
# Error codes of engines that can never run their model.
UNUSABLE = {"model_unavailable", "webgpu_unavailable"}
CANCELLED = Outcome(
    GenerationStatus.CANCELLED,
    "cancelled",
    gettext_noop("The generation was cancelled by an operator."),
)
REQUEUED = gettext_noop("An operator took it from its engine.")


@dataclass(frozen=True)
class EngineRef:
    """A socket that can take work.

    A socket of the guide's dialect works only for its own session.
    """

    channel: str
    session_id: UUID
    user_id: int
    engine_name: str
    is_guide: bool = True


def lease_claim(*, engine: EngineRef, which: Q, now: datetime) -> Generation | None:
    """Lease the oldest waiting generation that `which` selects to this engine.

    Return None if no generation is available, or if the engine is already working.
    """
    try:
        with transaction.atomic():
            waiting = Generation.objects.filter(which, status=GenerationStatus.QUEUED)
            generation = (
                waiting.order_by("created_at")
                .select_for_update(of=("self",), skip_locked=True)
                .first()
            )
            if generation is None or Generation.objects.leased_by(engine.channel).exists():
                return None
            if generation.is_tracked:
                generation.seq = generation.moved_seq = session_advance(generation.session_id)
                events.generations_changed([(generation.session_id, generation.pk)])
            _save_lease(generation, engine, now)
            return generation
    except IntegrityError:  # one_generation_per_engine: another message of this socket was faster
        return None


def lease_renew(*, engine: EngineRef, which: Q, now: datetime) -> bool:
    """Extend the engine's lease to LEASE_SECONDS from now, and return False if it has none.

    The lease moves to this socket, unless the socket holds another generation by now.
    """
    leased = Generation.objects.filter(which, user=engine.user_id, status=GenerationStatus.LEASED)
    is_at_work = Exists(Generation.objects.leased_by(engine.channel))
    holder = Case(When(is_at_work, then=F("engine")), default=Value(engine.channel))
    try:
        with transaction.atomic():
            return bool(leased.update(lease_expires_at=lease_expiry(now), engine=holder))
    except IntegrityError:  # another generation was just leased to the socket
        return bool(leased.update(lease_expires_at=lease_expiry(now)))


def lease_take_over(*, engine: EngineRef, which: Q, now: datetime) -> Generation | None:
    """Move the oldest lease that a disconnected engine holds to this engine.

    The attempt continues. Return None if `which` selects no such lease, or if this engine is
    already working. If the other engine comes back, the first response counts.
    """
    is_connected = Exists(Engine.objects.present(now).filter(channel=OuterRef("engine")))
    left = Generation.objects.filter(
        which, ~is_connected, user=engine.user_id, status=GenerationStatus.LEASED
    )
    try:
        with transaction.atomic():
            generation = (
                left.order_by("created_at")
                .select_for_update(of=("self",), skip_locked=True)
                .first()
            )
            if generation:
                generation.engine, generation.lease_expires_at = engine.channel, lease_expiry(now)
                generation.save(update_fields=["engine", "lease_expires_at"])
            return generation
    except IntegrityError:  # one_generation_per_engine
        return None


@transaction.atomic
def lease_release(*, which: Q, code: str, message: str, now: datetime) -> Generation | None:
    """Take a generation from an engine that gave it up, and return the generation.

    It is queued again, or fails after MAX_ATTEMPTS attempts. Return None if `which` selects no
    leased generation.
    """
    generation = (
        Generation.objects.filter(which, status=GenerationStatus.LEASED)
        .select_for_update(of=("self",))
        .first()
    )
    if generation is None:
        return None
    log.warning(
        "Generation %s lost its engine: %s",
        generation.pk,
        code,
        extra={"generation_id": generation.pk, "session_id": generation.session_id},
    )
    for column, value in _columns_after_loss(generation, code, message, now).items():
        setattr(generation, column, value)
    generation.save()
    if generation.finished_at:
        metrics.GENERATIONS.add(generation.status, code)
    attempts_end(
        Q(generation=generation),
        outcome=code,
        reason=message,
        card_count=len(generation.cards),
        now=now,
    )
    events.generations_changed([(generation.session_id, generation.pk)])
    events.queue_changed(generation.user_id)
    return generation


def engine_failed(*, generation: Generation, code: str, message: str, now: datetime) -> None:
    """Take a generation from the engine that gave it up with this error.

    End the generation if a retry cannot change the outcome.
    """
    leased = Q(pk=generation.pk, lease=generation.lease)
    if code == "context_exceeded":
        finish_generations(leased, outcome=CONTEXT_EXCEEDED, now=now)
    elif code in UNUSABLE and not _has_other_engine(generation, now):
        unusable = Outcome(
            GenerationStatus.FAILED,
            "engine_unusable",
            f"The engine cannot run this model: {message}",  # untranslated: the engine's message
        )
        finish_generations(leased, outcome=unusable, now=now)
    else:
        lost = f"The engine failed: {message}"  # untranslated: the engine's message
        lease_release(which=leased, code="engine_lost", message=lost, now=now)


def _has_other_engine(generation: Generation, now: datetime) -> bool:
    """Return whether an engine other than the current one may take the generation."""
    others = (
        Engine.objects.present(now)
        .filter(user=generation.user_id, is_guide=False)
        .exclude(channel=generation.engine)
    )
    return not generation.requester and others.exists()


@transaction.atomic
def generation_requeue(*, generation_id: UUID, now: datetime) -> bool:
    """Take a generation from its engine and queue it again, however many attempts it had.

    The engine is notified to stop. It may take the generation again, because it is then idle.
    Return False if no engine holds the generation.
    """
    leased = Generation.objects.filter(pk=generation_id, status=GenerationStatus.LEASED)
    generation = leased.select_for_update(of=("self",)).first()
    if generation is None:
        return False
    numbered = session_advance_moved(generation.session_id) if generation.is_tracked else {}
    leased.update(**_requeued_columns(now), **numbered)
    attempts_end(
        Q(generation=generation),
        outcome="requeued",
        reason=REQUEUED,
        card_count=len(generation.cards),
        now=now,
    )
    events.engines_cancelled([(generation.engine, generation.pk)])
    events.generations_changed([(generation.session_id, generation.pk)])
    events.queue_changed(generation.user_id)
    return True


def has_lease(*, channel: str, generation_id: UUID) -> bool:
    """Return whether the engine behind this channel holds this generation now."""
    return Generation.objects.leased_by(channel).filter(pk=generation_id).exists()


def was_requeued_by_operator(generation: Generation) -> bool:
    """Return whether an operator took the generation from the engine that now has it again."""
    last = generation.attempts.filter(
        number=generation.attempt_count - 1, engine=generation.engine, outcome="requeued"
    )
    return generation.attempt_count > 1 and last.exists()


def generations_cancel(*, generation_ids: Sequence[UUID], now: datetime) -> int:
    """Cancel those of the generations that are still open, and return how many there were.

    They can belong to any user.
    """
    return finish_generations(Q(pk__in=generation_ids), outcome=CANCELLED, now=now)


def release_socket_leases(*, channel: str, now: datetime) -> None:
    """Release what a closed socket was working on and waiting for.

    Its generation can be finished or taken over for LEASE_GRACE_SECONDS. Its own requests no longer
    have a requester.
    """
    grace = now + timedelta(seconds=settings.LEASE_GRACE_SECONDS)
    Generation.objects.leased_by(channel).update(
        lease_expires_at=Least(F("lease_expires_at"), grace)
    )
    Generation.objects.open().filter(requester=channel).update(requester="")


@transaction.atomic
def recover_dead_sockets(*, now: datetime) -> int:
    """Clean up after sockets that were not seen for ENGINE_TIMEOUT_SECONDS.

    Do what their disconnect would have done: expire their leases, unless they were renewed since,
    and clear the requester of their requests. Return how many engines were deleted.
    """
    silent = list(Engine.objects.silent(now).select_for_update().values_list("channel", flat=True))
    unrenewed = lease_expiry(now) - timedelta(seconds=settings.ENGINE_TIMEOUT_SECONDS)
    leased = Generation.objects.filter(
        status=GenerationStatus.LEASED, engine__in=silent, lease_expires_at__lte=unrenewed
    )
    leased.update(lease_expires_at=Least(F("lease_expires_at"), Value(now)))
    is_connected = Exists(Engine.objects.present(now).filter(channel=OuterRef("requester")))
    left_behind = Generation.objects.open().filter(~Q(requester=""), ~is_connected)
    users = set(left_behind.filter(status=GenerationStatus.QUEUED).values_list("user", flat=True))
    left_behind.update(requester="")
    Engine.objects.filter(pk__in=silent).delete()
    for user_id in users:
        events.queue_changed(user_id)
    return len(silent)


def leases_recover(*, now: datetime, batch: int = 500) -> int:
    """Release expired leases, and fail generations that have waited too long.

    Return how many generations were changed.
    """
    lapsed = Q(lease_expires_at__lte=now)
    due = list(
        Generation.objects.lapsed(now)
        .order_by("lease_expires_at")
        .values_list("pk", flat=True)[:batch]
    )
    message = gettext_noop("The engine was not heard of in time.")
    taken = [
        lease_release(which=lapsed & Q(pk=pk), code="engine_lost", message=message, now=now)
        for pk in due
    ]
    too_long = now - timedelta(seconds=settings.QUEUE_TIMEOUT_SECONDS)
    late = Q(status=GenerationStatus.QUEUED, queued_at__lte=too_long)
    return len([generation for generation in taken if generation]) + finish_generations(
        late, outcome=NO_ENGINE, now=now
    )


def lease_expiry(now: datetime) -> datetime:
    """Return the time at which a lease that is assigned or renewed now expires."""
    return now + timedelta(seconds=settings.LEASE_SECONDS)


def assign_lease(*, generation: Generation, engine: EngineRef, now: datetime) -> None:
    """Lease the generation to this engine as its next attempt.

    This changes the generation in memory only, and the caller must save it.
    """
    generation.status = GenerationStatus.LEASED
    generation.engine, generation.engine_name = engine.channel, engine.engine_name
    generation.lease, generation.lease_expires_at = uuid4(), lease_expiry(now)
    generation.attempt_count += 1


def _save_lease(generation: Generation, engine: EngineRef, now: datetime) -> None:
    assign_lease(generation=generation, engine=engine, now=now)
    generation.save(
        update_fields=[
            "status",
            "engine",
            "engine_name",
            "lease",
            "lease_expires_at",
            "attempt_count",
            "seq",
            "moved_seq",
        ]
    )
    Attempt.objects.create(
        generation=generation,
        number=generation.attempt_count,
        engine=engine.channel,
        engine_name=engine.engine_name,
        started_at=now,
    )


def _columns_after_loss(
    generation: Generation, code: str, message: str, now: datetime
) -> dict[str, object]:
    numbered = session_advance_moved(generation.session_id) if generation.is_tracked else {}
    if generation.attempt_count >= settings.MAX_ATTEMPTS:
        return final_columns(Outcome(GenerationStatus.FAILED, code, message), now) | numbered
    return _requeued_columns(now) | numbered


def _requeued_columns(now: datetime) -> dict[str, object]:
    return {
        "status": GenerationStatus.QUEUED,
        "lease": None,
        "lease_expires_at": None,
        "queued_at": now,
        "asks": 0,
    }
