"""Who works on what: an engine claims a generation under a lease, keeps it by being heard of, and loses it by silence.

Every change is one UPDATE conditional on the lease or the state it comes from, so that two engines never hold one generation.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Least

from sessions_app import events
from sessions_app.models import Attempt, Generation, GenerationStatus
from sessions_app.services.outcomes import Outcome, attempts_end, ended, generations_end

log = logging.getLogger(__name__)
NO_ENGINE = Outcome(GenerationStatus.FAILED, "no_engine", "No engine took this in time: open a page with a loaded model and ask again.")
CANCELLED = Outcome(GenerationStatus.CANCELLED, "cancelled", "The generation was cancelled by an operator.")


def lease_claim(*, session_id: UUID, engine: str, engine_name: str, now: datetime) -> Generation | None:
    """The oldest waiting generation of the session that this socket may work on, now leased to it; None when there is
    none, or when the engine is at work already. A socket works on what it asked for itself and on what others left behind."""
    try:
        with transaction.atomic():
            return _claim_oldest(session_id, engine, engine_name, now)
    except IntegrityError:  # one_generation_per_engine: another message of this socket was quicker
        return None


def lease_renew(*, engine: str, now: datetime) -> None:
    """The engine was heard of: its lease runs LEASE_SECONDS from now."""
    Generation.objects.leased_by(engine).update(lease_expires_at=_until(now))


def lease_release(*, generation: Generation, code: str, sentence: str, now: datetime) -> None:
    """The engine gave up: back into the queue, or failed after ATTEMPTS engines."""
    held = Generation.objects.filter(pk=generation.pk, lease=generation.lease)
    if generation.attempt_count < settings.ATTEMPTS:
        columns: dict[str, object] = {
            "status": GenerationStatus.QUEUED,
            "lease": None,
            "lease_expires_at": None,
            "queued_at": now,
            "asks": 0,
        }
    else:
        columns = ended(Outcome(GenerationStatus.FAILED, code, sentence), now)
    with transaction.atomic():
        if held.update(**columns):
            log.warning("Generation %s lost its engine, attempt %d: %s", generation.pk, generation.attempt_count, code)
            attempts_end(Q(generation=generation), outcome=code, reason=sentence, card_count=len(generation.cards), now=now)


def generations_cancel(*, generation_ids: Sequence[UUID], now: datetime) -> int:
    """Cancel those that are still open, and tell their sockets; how many there were."""
    cancelled = generations_end(Q(pk__in=generation_ids), outcome=CANCELLED, now=now)
    events.generations_changed(cancelled)
    return len(cancelled)


def socket_gone(*, channel: str, now: datetime) -> None:
    """A socket dropped: what it works on has a grace to be finished or taken over; what it asked for has no asker now."""
    grace = now + timedelta(seconds=settings.LEASE_GRACE_SECONDS)
    Generation.objects.leased_by(channel).update(lease_expires_at=Least(F("lease_expires_at"), grace))
    Generation.objects.open().filter(requester=channel).update(requester="")


def leases_recover(*, now: datetime, batch: int = 500) -> int:
    """Take lapsed leases back and fail what waited too long, and tell their sockets; how many generations were moved."""
    lapsed = list(Generation.objects.lapsed(now).order_by("lease_expires_at")[:batch])
    for generation in lapsed:
        lease_release(generation=generation, code="engine_lost", sentence="The engine was not heard of in time.", now=now)
    too_long = now - timedelta(seconds=settings.QUEUE_TIMEOUT_SECONDS)
    late = Q(status=GenerationStatus.QUEUED, queued_at__lte=too_long)
    moved = [(one.session_id, one.pk) for one in lapsed] + generations_end(late, outcome=NO_ENGINE, now=now)
    events.generations_changed(moved)
    return len(moved)


def _claim_oldest(session_id: UUID, engine: str, engine_name: str, now: datetime) -> Generation | None:
    waiting = Generation.objects.filter(session=session_id, status=GenerationStatus.QUEUED, requester__in=[engine, ""])
    generation = waiting.select_for_update(skip_locked=True).order_by("created_at").first()
    if generation is None or Generation.objects.leased_by(engine).exists():
        return None
    generation.status = GenerationStatus.LEASED
    generation.engine, generation.engine_name = engine, engine_name
    generation.lease, generation.lease_expires_at = uuid4(), _until(now)
    generation.attempt_count += 1
    generation.save(update_fields=["status", "engine", "engine_name", "lease", "lease_expires_at", "attempt_count"])
    Attempt.objects.create(generation=generation, number=generation.attempt_count, engine=engine, started_at=now)
    return generation


def _until(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.LEASE_SECONDS)
