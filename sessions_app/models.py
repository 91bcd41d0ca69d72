"""Sessions, generations and their attempts. The rows are the truth; whatever travels between processes only wakes up.

A state change is an UPDATE with the state it comes from in its WHERE (see `services`), never a read followed by a save.
"""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Now


class SessionStatus(models.TextChoices):
    """The contract's words. GENERATING is never stored: it is READY with a running generation."""

    INITIALIZING = "initializing"
    READY = "ready"
    GENERATING = "generating"
    ERROR = "error"
    CLOSED = "closed"
    EXPIRED = "expired"


ALIVE = (SessionStatus.INITIALIZING, SessionStatus.READY, SessionStatus.ERROR)


class SessionQuerySet(models.QuerySet["WebLLMSession"]):
    def of(self, user: models.Model) -> "SessionQuerySet":
        """Those of one user: the only door for anything a user asks."""
        return self.filter(user=user)

    def alive(self, now: datetime) -> "SessionQuerySet":
        """Neither ended nor past their time, whether or not the sweep has come by."""
        return self.filter(status__in=ALIVE).filter(~past_its_time(now))

    def idle(self, now: datetime) -> "SessionQuerySet":
        """Past their time, and nobody has written so yet: what the sweep is to end."""
        return self.filter(past_its_time(now), status__in=ALIVE)

    def as_of(self, now: datetime) -> "SessionQuerySet":
        """With `status_now`, which tells expiry and running generations, and `queue_length`."""
        open_generations = Generation.objects.open().filter(session=OuterRef("pk")).order_by().values("session")
        return self.annotate(
            status_now=Case(
                When(Q(status__in=ALIVE) & past_its_time(now), then=Value(SessionStatus.EXPIRED)),
                When(Q(status=SessionStatus.READY) & is_generating(now), then=Value(SessionStatus.GENERATING)),
                default=F("status"),
            ),
            queue_length=models.functions.Coalesce(
                models.Subquery(open_generations.annotate(length=models.Count("pk")).values("length")), 0
            ),
        )


def is_generating(now: datetime) -> Q:
    """An engine holds a lease of this session."""
    running = Generation.objects.filter(session=OuterRef("pk"), status=GenerationStatus.LEASED, lease_expires_at__gt=now)
    return Q(Exists(running))


def past_its_time(now: datetime) -> Q:
    """The idle rule: no activity for SESSION_IDLE_SECONDS, and no generation running."""
    cutoff = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    return Q(last_activity_at__lte=cutoff) & ~is_generating(now)


class WebLLMSession(models.Model):
    """One user's conversation with engines. It outlives sockets, tabs and devices; it ends by DELETE or by inactivity."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webllm_sessions")
    model_id = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=SessionStatus.choices, default=SessionStatus.INITIALIZING)
    engine_facts = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    last_activity_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=200, blank=True, default="")

    status_now: str  # set by as_of()
    queue_length: int  # set by as_of()
    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "session"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="session_ended_has_time",
                condition=Q(status__in=ALIVE, closed_at=None) | Q(status__in=["closed", "expired"], closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="session_of_user"),
            models.Index(fields=["last_activity_at"], name="session_alive_by_activity", condition=Q(status__in=ALIVE)),
            models.Index(fields=["closed_at"], name="session_by_end", condition=Q(closed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"session {self.id}"

    @property
    def expires_at(self) -> datetime:
        """When it ends if nothing more is heard; for an ended one, when it ended."""
        return self.closed_at or self.last_activity_at + timedelta(seconds=settings.SESSION_IDLE_SECONDS)


class GenerationStatus(models.TextChoices):
    QUEUED = "queued"
    LEASED = "leased"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (GenerationStatus.QUEUED, GenerationStatus.LEASED)


class GenerationQuerySet(models.QuerySet["Generation"]):
    def of(self, user: models.Model) -> "GenerationQuerySet":
        return self.filter(user=user)

    def open(self) -> "GenerationQuerySet":
        """Without an outcome yet."""
        return self.filter(status__in=OPEN)

    def leased_by(self, engine: str) -> "GenerationQuerySet":
        """What the engine behind this channel is working on: one generation at most."""
        return self.filter(status=GenerationStatus.LEASED, engine=engine)

    def lapsed(self, now: datetime) -> "GenerationQuerySet":
        """Leased to an engine that has not been heard of in time."""
        return self.filter(status=GenerationStatus.LEASED, lease_expires_at__lte=now)


class Generation(models.Model):
    """One request for cards: queued → leased → succeeded | failed | cancelled.

    `requester` and `engine` are channel names of sockets: hints where to send, never proof of anything. `result_key` is the
    server's own name of the result in the cache. `asks` counts how often this attempt's engine was asked for more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(WebLLMSession, models.CASCADE, related_name="generations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="generations")
    kind = models.CharField(max_length=40)
    prompt = models.TextField()
    prompt_version = models.CharField(max_length=40)
    options = models.JSONField()
    result_key = models.CharField(max_length=64)
    requester = models.CharField(max_length=120, blank=True, default="")
    status = models.CharField(max_length=12, choices=GenerationStatus.choices, default=GenerationStatus.QUEUED)
    created_at = models.DateTimeField(db_default=Now())
    queued_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    engine = models.CharField(max_length=120, blank=True, default="")
    engine_name = models.CharField(max_length=40, blank=True, default="")
    lease = models.UUIDField(null=True, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    asks = models.PositiveSmallIntegerField(default=0)
    cards = models.JSONField(default=list, blank=True)
    is_partial = models.BooleanField(default=False)
    usage = models.JSONField(default=dict, blank=True)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error = models.CharField(max_length=500, blank=True, default="")

    objects = GenerationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="generation_leased_has_lease",
                condition=Q(status="leased", lease__isnull=False, lease_expires_at__isnull=False) | (~Q(status="leased") & Q(lease=None)),
            ),
            models.CheckConstraint(
                name="generation_finished_has_time",
                condition=Q(status__in=OPEN, finished_at=None) | (~Q(status__in=OPEN) & Q(finished_at__isnull=False)),
            ),
            models.UniqueConstraint(fields=["engine"], name="one_generation_per_engine", condition=Q(status="leased")),
        ]
        indexes = [
            models.Index(fields=["user", "created_at"], name="generation_queue", condition=Q(status__in=OPEN)),
            models.Index(fields=["lease_expires_at"], name="generation_by_lease", condition=Q(status="leased")),
            models.Index(fields=["queued_at"], name="generation_waiting", condition=Q(status="queued")),
            models.Index(fields=["user", "-created_at", "-id"], name="generation_of_user"),
        ]

    def __str__(self) -> str:
        return f"generation {self.id}"

    @property
    def wanted(self) -> int:
        """How many cards are still missing."""
        return max(0, int(self.options["count"]) - len(self.cards))


class Attempt(models.Model):
    """One engine's try at a generation: when it began, when and why it ended, how many cards came of it."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    engine = models.CharField(max_length=120)
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    card_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["generation", "number"]
        constraints = [models.UniqueConstraint(fields=["generation", "number"], name="attempt_number_once")]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.generation_id}"
