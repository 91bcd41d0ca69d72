"""Sessions: the conversations of users with engines, and the engines behind their sockets."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext, gettext_lazy

from sessions_app.models.generations import Generation, GenerationStatus


class SessionStatus(models.TextChoices):
    """The status of a session, as clients see it.

    GENERATING is never stored. It is READY with a running generation.
    """

    INITIALIZING = "initializing", gettext_lazy("Initializing")
    READY = "ready", gettext_lazy("Ready")
    GENERATING = "generating", gettext_lazy("Generating")
    ERROR = "error", gettext_lazy("Error")
    CLOSED = "closed", gettext_lazy("Closed")
    EXPIRED = "expired", gettext_lazy("Expired")


ALIVE = (SessionStatus.INITIALIZING, SessionStatus.READY, SessionStatus.ERROR)


class SessionQuerySet(models.QuerySet["WebLLMSession"]):
    def of(self, user: models.Model) -> "SessionQuerySet":
        """Return the sessions of one user.

        Queries on behalf of a user must use this method or filter by the user's ID.
        """
        return self.filter(user=user)

    def alive(self, now: datetime) -> "SessionQuerySet":
        """Return the sessions that have neither ended nor exceeded the idle time.

        The result does not depend on when the sweep last ran.
        """
        return self.filter(status__in=ALIVE).filter(~past_its_time(now))

    def idle(self, now: datetime) -> "SessionQuerySet":
        """Return the sessions that exceeded the idle time and that no sweep has ended yet."""
        return self.filter(past_its_time(now), status__in=ALIVE)

    def as_of(self, now: datetime) -> "SessionQuerySet":
        """Annotate each session with `status_now` and `queue_length`.

        `status_now` is the status with expiry and running generations taken into account.
        `queue_length` is the number of open generations.
        """
        open_generations = (
            Generation.objects.open().filter(session=OuterRef("pk")).order_by().values("session")
        )
        return self.annotate(
            status_now=Case(
                When(Q(status__in=ALIVE) & past_its_time(now), then=Value(SessionStatus.EXPIRED)),
                When(
                    Q(status=SessionStatus.READY) & is_generating(now),
                    then=Value(SessionStatus.GENERATING),
                ),
                default=F("status"),
            ),
            queue_length=Coalesce(
                models.Subquery(
                    open_generations.annotate(length=models.Count("pk")).values("length")
                ),
                0,
            ),
        )


def is_generating(now: datetime) -> Q:
    """Return a Q object for sessions in which an engine holds an unexpired lease."""
    running = Generation.objects.filter(
        session=OuterRef("pk"), status=GenerationStatus.LEASED, lease_expires_at__gt=now
    )
    return Q(Exists(running))


def past_its_time(now: datetime) -> Q:
    """Return a Q object for sessions that have been idle for SESSION_IDLE_SECONDS.

    A session is idle if it has no activity and no running generation.
    """
    cutoff = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    return Q(last_activity_at__lte=cutoff) & ~is_generating(now)


class WebLLMSession(models.Model):
    """A conversation of a user with engines.

    A session outlives sockets, tabs and devices. It ends when its user or an operator closes it, or
    after inactivity.

    `seq` counts the changes in the session for `mindflip.v1` clients. A client that has seen
    everything up to n is missing the changes numbered above n. `is_blanked` is set when the text in
    a session that ended long ago has been deleted (see `services.retention`).
    """

    id = models.UUIDField(gettext_lazy("id"), primary_key=True, default=uuid.uuid4, editable=False)
    # The index `session_of_user` starts with this column.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="webllm_sessions",
        db_index=False,
        verbose_name=gettext_lazy("user"),
    )
    model_id = models.CharField(gettext_lazy("model id"), max_length=200)
    status = models.CharField(
        gettext_lazy("status"),
        max_length=12,
        choices=SessionStatus.choices,
        default=SessionStatus.INITIALIZING,
    )
    engine_facts = models.JSONField(gettext_lazy("engine facts"), default=dict, blank=True)
    seq = models.BigIntegerField(gettext_lazy("seq"), default=0)
    created_at = models.DateTimeField(gettext_lazy("created at"), db_default=Now())
    last_activity_at = models.DateTimeField(gettext_lazy("last activity at"), db_default=Now())
    closed_at = models.DateTimeField(gettext_lazy("closed at"), null=True, blank=True)
    close_reason = models.CharField(
        gettext_lazy("close reason"), max_length=200, blank=True, default=""
    )
    is_blanked = models.BooleanField(
        gettext_lazy("is blanked"), default=False, db_default=False, editable=False
    )

    status_now: str  # set by as_of()
    queue_length: int  # set by as_of()
    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("session")
        verbose_name_plural = gettext_lazy("sessions")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="session_ended_has_time",
                condition=Q(status__in=ALIVE, closed_at=None)
                | Q(status__in=["closed", "expired"], closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="session_of_user"),
            models.Index(fields=["-created_at", "-id"], name="session_newest"),
            models.Index(fields=["model_id", "-created_at", "-id"], name="session_of_model"),
            models.Index(
                fields=["last_activity_at"],
                name="session_alive_by_activity",
                condition=Q(status__in=ALIVE),
            ),
            models.Index(
                fields=["closed_at"], name="session_by_end", condition=Q(closed_at__isnull=False)
            ),
            models.Index(
                fields=["closed_at"],
                name="session_to_blank",
                condition=Q(closed_at__isnull=False, is_blanked=False),
            ),
        ]

    def __str__(self) -> str:
        return gettext("session %(id)s") % {"id": self.id}

    @property
    def expires_at(self) -> datetime:
        """The time when the session ended, or will expire without further activity."""
        return self.closed_at or self.last_activity_at + timedelta(
            seconds=settings.SESSION_IDLE_SECONDS
        )


class EngineQuerySet(models.QuerySet["Engine"]):
    def present(self, now: datetime) -> "EngineQuerySet":
        """Return the engines that were seen within ENGINE_TIMEOUT_SECONDS.

        Presence is a timestamp because a disconnect is not always reported.
        """
        return self.filter(seen_at__gt=now - timedelta(seconds=settings.ENGINE_TIMEOUT_SECONDS))

    def silent(self, now: datetime) -> "EngineQuerySet":
        """Return the engines that were not seen within ENGINE_TIMEOUT_SECONDS.

        Their disconnect was never reported.
        """
        return self.filter(seen_at__lte=now - timedelta(seconds=settings.ENGINE_TIMEOUT_SECONDS))


class Engine(models.Model):
    """The engine behind a socket, until the socket closes.

    In `mindflip.v1` a socket registers its engine with `ready`. In the guide's dialect (`is_guide`)
    each socket has an engine from the start, which works only for its own session.

    `channel` is the channel of the socket. `speed` is the last known speed in tokens per second.
    """

    channel = models.CharField(gettext_lazy("channel"), max_length=120, primary_key=True)
    session = models.ForeignKey(
        "sessions_app.WebLLMSession",
        models.CASCADE,
        related_name="engines",
        verbose_name=gettext_lazy("session"),
    )
    # The index `engine_of_user` starts with this column.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="engines",
        db_index=False,
        verbose_name=gettext_lazy("user"),
    )
    model_id = models.CharField(gettext_lazy("model id"), max_length=200)
    name = models.CharField(gettext_lazy("name"), max_length=40)
    is_guide = models.BooleanField(gettext_lazy("is guide"), default=False, db_default=False)
    facts = models.JSONField(gettext_lazy("facts"), default=dict)
    speed = models.FloatField(gettext_lazy("speed"), default=0)
    ready_at = models.DateTimeField(gettext_lazy("ready at"), db_default=Now())
    seen_at = models.DateTimeField(gettext_lazy("seen at"), db_default=Now())

    objects = EngineQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("engine")
        verbose_name_plural = gettext_lazy("engines")
        indexes = [models.Index(fields=["user", "seen_at"], name="engine_of_user")]

    def __str__(self) -> str:
        return gettext("%(engine)s with %(model)s") % {"engine": self.name, "model": self.model_id}

    def is_present(self, now: datetime) -> bool:
        """Return whether the engine is present, as `EngineQuerySet.present` defines it."""
        return self.seen_at > now - timedelta(seconds=settings.ENGINE_TIMEOUT_SECONDS)
