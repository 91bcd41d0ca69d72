"""The admin's log of operators' actions."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry

from sessions_app.admin.base.list import BaseAdmin, ReadOnly


@admin.register(LogEntry)
class LogAdmin(ReadOnly, BaseAdmin):
    list_display = ["action_time", "user", "content_type", "object_repr", "change_message"]
    list_select_related = ["user", "content_type"]
    list_filter = ["action_flag"]
    ordering = ("-pk",)
    id_fields, date_field = (), "action_time"
    text_fields = ("object_repr",)
    export_fields = (
        "action_time",
        "user__username",
        "content_type__model",
        "object_id",
        "change_message",
    )
    fields = ["action_time", "user", "content_type", "object_repr", "change_message", "object_id"]
