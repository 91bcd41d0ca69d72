"""Rows for the server's own operation: engines, hourly statistics, account deletions."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


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

    channel = models.CharField(max_length=120, primary_key=True)
    session = models.ForeignKey(
        "sessions_app.WebLLMSession", models.CASCADE, related_name="engines"
    )
    # The index `engine_of_user` starts with this column.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="engines", db_index=False
    )
    model_id = models.CharField(max_length=200)
    name = models.CharField(max_length=40)
    is_guide = models.BooleanField(default=False, db_default=False)
    facts = models.JSONField(default=dict)
    speed = models.FloatField(default=0)
    ready_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    objects = EngineQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "seen_at"], name="engine_of_user")]

    def __str__(self) -> str:
        return f"{self.name} with {self.model_id}"

    def is_present(self, now: datetime) -> bool:
        """Return whether the engine is present, as `EngineQuerySet.present` defines it."""
        return self.seen_at > now - timedelta(seconds=settings.ENGINE_TIMEOUT_SECONDS)


class AccountDeletion(models.Model):
    """The deletion of an account.

    `user` is set until the user's last row is deleted. The remaining row records that an account
    was deleted, but not whose.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="deletion"
    )
    asked_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "sessions_app_erasure"
        ordering = ["-asked_at"]
        indexes = [
            models.Index(
                fields=["asked_at"], name="erasure_to_finish", condition=models.Q(finished_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"deletion requested at {self.asked_at:%Y-%m-%d %H:%M}"


class HourlyStats(models.Model):
    """The statistics of the generations that were requested within one hour.

    `services.dashboard` computes them.
    """

    hour = models.DateTimeField(primary_key=True)
    figures = models.JSONField()

    class Meta:
        db_table = "sessions_app_hourfigures"
        verbose_name_plural = "hourly stats"

    def __str__(self) -> str:
        return f"statistics of {self.hour:%Y-%m-%d %H:00}"
