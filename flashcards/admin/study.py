"""The admin's lists of study data."""

from uuid import UUID

from django.contrib import admin
from django.utils.translation import gettext_lazy

from flashcards.models import IgnoredDuplicate, Review, Schedule, StudySettings
from sessions_app.admin.base.list import BaseAdmin, ReadOnly, time_filter


@admin.register(Schedule)
class ScheduleAdmin(ReadOnly, BaseAdmin):
    """The schedules of the cards that were studied."""

    list_display = [
        "short_id",
        "user",
        "state",
        "due_at",
        "stability",
        "difficulty",
        "review_count",
        "lapse_count",
    ]
    list_filter = ["state"]
    list_select_related = ["user"]
    ordering = ("-pk",)
    id_fields, date_field = ("card__id",), "due_at"
    text_fields = ("card",)
    linked_by = ("user__id__exact",)
    export_fields = (
        "card_id",
        "user__username",
        "state",
        "due_at",
        "last_reviewed_at",
        "stability",
        "difficulty",
        "review_count",
    )
    fields = [
        "card",
        "user",
        "state",
        "step",
        "due_at",
        "last_reviewed_at",
        "stability",
        "difficulty",
        "review_count",
        "lapse_count",
    ]


@admin.register(Review)
class ReviewAdmin(ReadOnly, BaseAdmin):
    """The ratings of cards."""

    list_display = [
        "short_id",
        "user",
        "id_of_card",
        "rating",
        "state",
        "seconds",
        "reviewed_at",
        "undone_at",
    ]
    list_filter = [time_filter("reviewed_at"), "rating"]
    list_select_related = ["user"]
    ordering = ("-pk",)
    id_fields, date_field = ("pk", "card__id"), "reviewed_at"
    text_fields = ("card",)
    linked_by = ("user__id__exact",)
    export_fields = (
        "id",
        "user__username",
        "card_id",
        "rating",
        "state",
        "seconds",
        "reviewed_at",
        "recorded_at",
        "undone_at",
    )
    fields = [
        "id",
        "user",
        "card",
        "rating",
        "state",
        "before",
        "seconds",
        "reviewed_at",
        "recorded_at",
        "undone_at",
    ]

    @admin.display(description=gettext_lazy("card id"))
    def id_of_card(self, review: Review) -> UUID | None:
        return review.card_id


@admin.register(StudySettings)
class StudySettingsAdmin(ReadOnly, BaseAdmin):
    """The study settings of users who have changed them."""

    list_display = [
        "user",
        "new_per_day",
        "reviews_per_day",
        "desired_retention",
        "day_begins_hour",
        "time_zone",
    ]
    list_select_related = ["user"]
    ordering = ("-pk",)
    id_fields, date_field = (), ""
    fields = list_display


@admin.register(IgnoredDuplicate)
class IgnoredDuplicateAdmin(ReadOnly, BaseAdmin):
    """Duplicate cards that users keep on purpose."""

    list_display = ["user", "front_key", "count"]
    list_select_related = ["user"]
    ordering = ("-pk",)
    id_fields, date_field = ("front_key",), ""
    fields = list_display
