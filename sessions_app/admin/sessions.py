"""Sessions with their generations."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from sessions_app.models import Generation, WebLLMSession
from sessions_app.operators.looking import Looked, ReadOnly, WithoutText
from sessions_app.services.sessions import sessions_close


class GenerationInline(ReadOnly, WithoutText, admin.TabularInline):
    model = Generation
    fields = ["id", "status", "topic", "attempt_count", "error_code", "created_at", "finished_at"]
    text_fields = ("topic",)
    readonly_fields = fields
    show_change_link = True
    extra = 0

    @admin.display
    def topic(self, generation: Generation) -> str:
        return generation.options.get("topic", "")


@admin.register(WebLLMSession)
class SessionAdmin(ReadOnly, Looked):
    list_display = ["id", "user", "model_id", "status_as_of_now", "queue", "created_at", "last_activity_at", "closed_at"]
    list_filter = ["status"]
    list_select_related = ["user"]
    search_fields = ["id__exact", "user__username", "model_id"]
    inlines = [GenerationInline]
    actions = ["close"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).as_of(timezone.now())

    @admin.display(description="status")
    def status_as_of_now(self, session: WebLLMSession) -> str:
        return session.status_now

    @admin.display(description="queue")
    def queue(self, session: WebLLMSession) -> int:
        return session.queue_length

    @admin.action(description="Close the chosen sessions", permissions=["operate"])
    def close(self, request: HttpRequest, chosen: QuerySet) -> Any:
        closed = sessions_close(session_ids=list(chosen.values_list("pk", flat=True)), reason="closed by an operator", now=timezone.now())
        self.message_user(request, f"{closed} sessions closed.", messages.SUCCESS)
