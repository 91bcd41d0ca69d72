"""Rows for the server's own operation: engines, hourly statistics, account deletions."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_lazy


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


class AccountDeletion(models.Model):
    """The deletion of an account.

    `user` is set until the user's last row is deleted. The remaining row records that an account
    was deleted, but not whose.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="deletion",
        verbose_name=gettext_lazy("user"),
    )
    asked_at = models.DateTimeField(gettext_lazy("asked at"), db_default=Now())
    finished_at = models.DateTimeField(gettext_lazy("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("account deletion")
        verbose_name_plural = gettext_lazy("account deletions")
        db_table = "sessions_app_erasure"
        ordering = ["-asked_at"]
        indexes = [
            models.Index(
                fields=["asked_at"], name="erasure_to_finish", condition=models.Q(finished_at=None)
            )
        ]

    def __str__(self) -> str:
        return gettext("deletion requested at %(time)s") % {
            "time": f"{self.asked_at:%Y-%m-%d %H:%M}"
        }


class HourlyStats(models.Model):
    """The statistics of the generations that were requested within one hour.

    `services.dashboard` computes them.
    """

    hour = models.DateTimeField(gettext_lazy("hour"), primary_key=True)
    figures = models.JSONField(gettext_lazy("figures"))

    class Meta:
        db_table = "sessions_app_hourfigures"
        verbose_name = verbose_name_plural = gettext_lazy("hourly stats")

    def __str__(self) -> str:
        return gettext("statistics of %(hour)s") % {"hour": f"{self.hour:%Y-%m-%d %H:00}"}
