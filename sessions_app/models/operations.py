"""Rows for the server's own operation: hourly statistics, account deletions."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_lazy


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
