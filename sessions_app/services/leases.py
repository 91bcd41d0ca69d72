"""Who works on what: an engine claims a generation under a lease, keeps it by being heard of, and
loses it by silence.

Every change is conditional on the lease or the state it comes from, so that two engines never hold
one generation.
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

from sessions_app import events, metrics
from sessions_app.models import Attempt, Engine, Generation, GenerationStatus
from sessions_app.services.changes import session_advance, session_advance_moved
from sessions_app.services.outcomes import Outcome, attempts_end, final_columns, finish_generations

log = logging.getLogger(__name__)
NO_ENGINE = Outcome(
    GenerationStatus.FAILED,
    "no_engine",
    "No engine took this in time: open a page with a loaded model and ask again.",
)
CONTEXT_EXCEEDED = Outcome(
    GenerationStatus.FAILED,
    "context_exceeded",
    "The text is too long for this model: shorten it, or choose a model with a larger context.",
)
# the engine's codes for a model that it can never run
UNUSABLE = {"model_unavailable", "webgpu_unavailable"}
CANCELLED = Outcome(
    GenerationStatus.CANCELLED, "cancelled", "The generation was cancelled by an operator."
)
REQUEUED = "An operator took it from its engine."


@dataclass(frozen=True)
class EngineRef:
    """A socket that wants work. One of the guide's dialect works for its own session alone."""

    channel: str
    session_id: UUID
    user_id: int
    engine_name: str
    is_guide: bool = True


def lease_claim(*, engine: EngineRef, which: Q, now: datetime) -> Generation | None:
    """Lease the oldest waiting generation that `which` selects to this engine.

    Return None if there is none, or if the engine is working already.
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
    except IntegrityError:  # one_generation_per_engine: another message of this socket was quicker
        return None


def lease_renew(*, engine: EngineRef, which: Q, now: datetime) -> bool:
    """The engine was heard of: its lease runs LEASE_SECONDS from now, and is this socket's unless
    that was given something else meanwhile. False when it holds none.
    """
    leased = Generation.objects.filter(which, user=engine.user_id, status=GenerationStatus.LEASED)
    is_at_work = Exists(Generation.objects.leased_by(engine.channel))
    holder = Case(When(is_at_work, then=F("engine")), default=Value(engine.channel))
    try:
        with transaction.atomic():
            return bool(leased.update(lease_expires_at=lease_expiry(now), engine=holder))
    except IntegrityError:  # it was given something else just now
        return bool(leased.update(lease_expires_at=lease_expiry(now)))


def lease_take_over(*, engine: EngineRef, which: Q, now: datetime) -> Generation | None:
    """The oldest lease of those that an engine holds which is gone, now this engine's; the attempt
    goes on. None when there is none, or when this engine is at work. Should the other come back,
    the first answer counts.
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
    """The engine that holds this gave up: back into the queue, or failed after MAX_ATTEMPTS
    engines.

    None when it is held no more.
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
    """Take a generation back from the engine that gave it up with this error, or end it if a retry
    cannot change the outcome.
    """
    leased = Q(pk=generation.pk, lease=generation.lease)
    if code == "context_exceeded":
        finish_generations(leased, outcome=CONTEXT_EXCEEDED, now=now)
    elif code in UNUSABLE and not _has_other_engine(generation, now):
        unusable = Outcome(
            GenerationStatus.FAILED,
            "engine_unusable",
            f"The engine cannot run this model: {message}",
        )
        finish_generations(leased, outcome=unusable, now=now)
    else:
        lease_release(
            which=leased, code="engine_lost", message=f"The engine failed: {message}", now=now
        )


def _has_other_engine(generation: Generation, now: datetime) -> bool:
    """Return whether an engine besides the one that holds this may take it."""
    others = (
        Engine.objects.present(now)
        .filter(user=generation.user_id, is_guide=False)
        .exclude(channel=generation.engine)
    )
    return not generation.requester and others.exists()


@transaction.atomic
def generation_requeue(*, generation_id: UUID, now: datetime) -> bool:
    """Take it from the engine that holds it, which is told to stop, and queue it anew, however many
    engines tried it before. False when no engine holds it. The engine may take it again: it is the
    one that is idle then.
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
    """Whether the engine behind this channel has this generation now."""
    return Generation.objects.leased_by(channel).filter(pk=generation_id).exists()


def was_requeued_by_operator(generation: Generation) -> bool:
    """Whether an operator took it from the engine that has it again."""
    last = generation.attempts.filter(
        number=generation.attempt_count - 1, engine=generation.engine, outcome="requeued"
    )
    return generation.attempt_count > 1 and last.exists()


def generations_cancel(*, generation_ids: Sequence[UUID], now: datetime) -> int:
    """Cancel those that are still open, whosever they are; how many there were."""
    return finish_generations(Q(pk__in=generation_ids), outcome=CANCELLED, now=now)


def release_socket_leases(*, channel: str, now: datetime) -> None:
    """A socket dropped: what it works on has a grace to be finished or taken over; what it asked
    for has no asker now.
    """
    grace = now + timedelta(seconds=settings.LEASE_GRACE_SECONDS)
    Generation.objects.leased_by(channel).update(
        lease_expires_at=Least(F("lease_expires_at"), grace)
    )
    Generation.objects.open().filter(requester=channel).update(requester="")


@transaction.atomic
def recover_dead_sockets(*, now: datetime) -> int:
    """Do for sockets that were not heard of for ENGINE_TIMEOUT_SECONDS what their disconnect would
    have done, had it been told: their leases lapse, unless they were renewed since, and what they
    asked for has no asker. How many engines were forgotten.
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
    """Take lapsed leases back and fail what waited too long; how many generations were moved."""
    lapsed = Q(lease_expires_at__lte=now)
    due = list(
        Generation.objects.lapsed(now)
        .order_by("lease_expires_at")
        .values_list("pk", flat=True)[:batch]
    )
    message = "The engine was not heard of in time."
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
    """When a lease given or renewed now lapses."""
    return now + timedelta(seconds=settings.LEASE_SECONDS)


def assign_lease(*, generation: Generation, engine: EngineRef, now: datetime) -> None:
    """Leased to this engine, as its next attempt; in memory, for the caller to write."""
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
