"""Schedules of studied cards, reviews and study settings."""

from dataclasses import fields
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy

from flashcards.scheduling import CardSchedule
from flashcards.scheduling import CardState as State

REVIEW_SECONDS = 3_600
SCHEDULE_COLUMNS = tuple(field.name for field in fields(CardSchedule))


class CardState(models.TextChoices):
    NEW = State.NEW.value, pgettext_lazy("state of a card", "New")
    LEARNING = State.LEARNING.value, pgettext_lazy("state of a card", "Learning")
    REVIEW = State.REVIEW.value, pgettext_lazy("state of a card", "Review")
    RELEARNING = State.RELEARNING.value, pgettext_lazy("state of a card", "Relearning")


class Rating(models.IntegerChoices):
    AGAIN = 1, pgettext_lazy("rating", "Again")
    HARD = 2, pgettext_lazy("rating", "Hard")
    GOOD = 3, pgettext_lazy("rating", "Good")
    EASY = 4, pgettext_lazy("rating", "Easy")


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def of(self, user: Any) -> "ScheduleQuerySet":
        """Return the schedules of one user's cards, except cards and decks in the trash."""
        return self.filter(user=user, card__deleted_at=None, card__deck__deleted_at=None)


class Schedule(models.Model):
    """When a card is due, and its memory state.

    A card without a schedule is new. `user` is a copy of the deck's user, for the index of due
    cards.
    """

    card = models.OneToOneField(
        "flashcards.Card",
        models.CASCADE,
        primary_key=True,
        related_name="schedule",
        verbose_name=gettext_lazy("card"),
    )
    # The index `schedule_due` starts with this column.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=gettext_lazy("user"),
    )
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=CardState.choices)
    step = models.PositiveSmallIntegerField(gettext_lazy("step"), null=True)
    stability = models.FloatField(gettext_lazy("stability"))
    difficulty = models.FloatField(gettext_lazy("difficulty"))
    due_at = models.DateTimeField(gettext_lazy("due at"))
    last_reviewed_at = models.DateTimeField(gettext_lazy("last reviewed at"))
    review_count = models.PositiveIntegerField(gettext_lazy("review count"))
    lapse_count = models.PositiveIntegerField(gettext_lazy("lapse count"))

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("schedule")
        verbose_name_plural = gettext_lazy("schedules")
        constraints = [
            models.CheckConstraint(
                name="schedule_is_of_a_studied_card",
                condition=Q(review_count__gt=0) & ~Q(state=State.NEW),
            ),
            models.CheckConstraint(
                name="schedule_has_step_while_learning",
                condition=Q(state=State.REVIEW) ^ Q(step__isnull=False),
            ),
            models.CheckConstraint(
                name="schedule_memory",
                condition=Q(stability__gt=0, difficulty__gte=1, difficulty__lte=10),
            ),
        ]
        indexes = [models.Index(fields=["user", "due_at"], name="schedule_due")]

    def __str__(self) -> str:
        return gettext("%(state)s, due %(time)s") % {"state": self.state, "time": self.due_at}

    def as_value(self) -> CardSchedule:
        """Return the schedule as a plain value for `flashcards.scheduling`."""
        values = {name: getattr(self, name) for name in SCHEDULE_COLUMNS}
        return CardSchedule(**values | {"state": State(self.state)})


class ReviewQuerySet(models.QuerySet["Review"]):
    def kept(self) -> "ReviewQuerySet":
        """Return the reviews that were not undone."""
        return self.filter(undone_at=None)


class Review(models.Model):
    """A user's rating of one card.

    The client creates `id`, so that a review that is sent twice is one row and stays undone after
    it was undone.

    `state` and `before` are the state and schedule of the card before the review, which makes it
    possible to undo the review exactly. `before` is null if the card was new. A review is kept when
    its card is deleted, so that the statistics of past days do not change.
    """

    id = models.UUIDField(gettext_lazy("id"), primary_key=True)
    # The index `review_of_user` starts with this column.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="reviews",
        db_index=False,
        verbose_name=gettext_lazy("user"),
    )
    # The index `review_of_card` starts with this column.
    card = models.ForeignKey(
        "flashcards.Card",
        models.SET_NULL,
        null=True,
        related_name="reviews",
        db_index=False,
        verbose_name=gettext_lazy("card"),
    )
    rating = models.PositiveSmallIntegerField(gettext_lazy("rating"), choices=Rating.choices)
    reviewed_at = models.DateTimeField(gettext_lazy("reviewed at"))
    seconds = models.FloatField(gettext_lazy("seconds"), default=0)
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=CardState.choices)
    before = models.JSONField(pgettext_lazy("schedule before a review", "before"), null=True)
    recorded_at = models.DateTimeField(gettext_lazy("recorded at"), db_default=Now())
    undone_at = models.DateTimeField(gettext_lazy("undone at"), null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("review")
        verbose_name_plural = gettext_lazy("reviews")
        ordering = ["-reviewed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="review_rating_known", condition=Q(rating__in=Rating.values)
            ),
            models.CheckConstraint(
                name="review_seconds_range",
                condition=Q(seconds__gte=0, seconds__lte=REVIEW_SECONDS),
            ),
            models.CheckConstraint(
                name="review_has_before_unless_new",
                condition=Q(state=State.NEW) ^ Q(before__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "reviewed_at"], name="review_of_user"),
            models.Index(fields=["card", "reviewed_at"], name="review_of_card"),
        ]

    def __str__(self) -> str:
        return gettext("%(rating)s at %(time)s") % {
            "rating": self.get_rating_display(),
            "time": self.reviewed_at,
        }


class StudySettings(models.Model):
    """The study settings of one user.

    The defaults apply to users without a row.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="study_settings",
        verbose_name=gettext_lazy("user"),
    )
    new_per_day = models.PositiveIntegerField(
        gettext_lazy("new per day"), default=20, validators=[MaxValueValidator(9_999)]
    )
    reviews_per_day = models.PositiveIntegerField(
        gettext_lazy("reviews per day"), default=200, validators=[MaxValueValidator(9_999)]
    )
    desired_retention = models.FloatField(
        gettext_lazy("desired retention"),
        default=0.9,
        validators=[MinValueValidator(0.7), MaxValueValidator(0.97)],
    )
    day_begins_hour = models.PositiveSmallIntegerField(
        gettext_lazy("day start hour"), default=4, validators=[MaxValueValidator(23)]
    )
    time_zone = models.CharField(gettext_lazy("time zone"), max_length=64, default="UTC")

    class Meta:
        verbose_name = verbose_name_plural = gettext_lazy("study settings")
        constraints = [
            models.CheckConstraint(
                name="study_retention_range",
                condition=Q(desired_retention__gte=0.7, desired_retention__lte=0.97),
            ),
            models.CheckConstraint(
                name="study_day_begins_in_a_day", condition=Q(day_begins_hour__lte=23)
            ),
        ]

    def __str__(self) -> str:
        return ngettext(
            "%(count)d new card a day", "%(count)d new cards a day", self.new_per_day
        ) % {"count": self.new_per_day}
