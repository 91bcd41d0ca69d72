"""Sessions and generations for operators: to look at, and to end; never to edit, since a change here would lie."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from sessions_app.models import Attempt, Engine, Generation, WebLLMSession
from sessions_app.services.leases import generations_cancel
from sessions_app.services.sessions import sessions_close


class ReadOnly:
    """No adding, changing or deleting by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class GenerationInline(ReadOnly, admin.TabularInline):
    model = Generation
    fields = ["id", "status", "topic", "attempt_count", "error_code", "created_at", "finished_at"]
    readonly_fields = fields
    show_change_link = True
    extra = 0

    @admin.display
    def topic(self, generation: Generation) -> str:
        return generation.options.get("topic", "")


class AttemptInline(ReadOnly, admin.TabularInline):
    model = Attempt
    fields = ["number", "started_at", "ended_at", "outcome", "reason", "card_count", "engine"]
    readonly_fields = fields
    extra = 0


@admin.register(WebLLMSession)
class SessionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "user", "model_id", "status_as_of_now", "queue", "created_at", "last_activity_at", "closed_at"]
    list_filter = ["status", "created_at"]
    list_select_related = ["user"]
    search_fields = ["id__exact", "user__username", "model_id"]
    date_hierarchy = "created_at"
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

    @admin.action(description="Close the chosen sessions", permissions=["view"])
    def close(self, request: HttpRequest, chosen: QuerySet) -> None:
        closed = sessions_close(session_ids=list(chosen.values_list("pk", flat=True)), reason="closed by an operator", now=timezone.now())
        self.message_user(request, f"{closed} sessions closed.", messages.SUCCESS)


@admin.register(Generation)
class GenerationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = [
        "id",
        "user",
        "topic",
        "status",
        "engine_name",
        "attempt_count",
        "card_count",
        "error_code",
        "created_at",
        "finished_at",
    ]
    list_filter = ["status", "error_code", "engine_name", "created_at"]
    list_select_related = ["user"]
    search_fields = ["id__exact", "user__username", "session__id__exact"]
    date_hierarchy = "created_at"
    inlines = [AttemptInline]
    actions = ["cancel"]

    @admin.display
    def topic(self, generation: Generation) -> str:
        return generation.options.get("topic", "")

    @admin.display(description="cards")
    def card_count(self, generation: Generation) -> int:
        return len(generation.cards)

    @admin.action(description="Cancel the chosen generations", permissions=["view"])
    def cancel(self, request: HttpRequest, chosen: QuerySet) -> None:
        cancelled = generations_cancel(generation_ids=list(chosen.values_list("pk", flat=True)), now=timezone.now())
        self.message_user(request, f"{cancelled} generations cancelled.", messages.SUCCESS)


@admin.register(Engine)
class EngineAdmin(ReadOnly, admin.ModelAdmin):
    """The engines that are connected now."""

    list_display = ["user", "name", "model_id", "is_guide", "speed", "ready_at", "seen_at"]
    list_filter = ["name", "is_guide"]
    list_select_related = ["user"]
    search_fields = ["user__username", "model_id"]
