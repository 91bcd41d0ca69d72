"""Generations with their attempts."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from sessions_app.models import Attempt, Generation
from sessions_app.operators.looking import Looked, ReadOnly
from sessions_app.services.leases import generations_cancel


class AttemptInline(ReadOnly, admin.TabularInline):
    model = Attempt
    fields = ["number", "started_at", "ended_at", "outcome", "reason", "card_count", "engine_name", "engine"]
    readonly_fields = fields
    extra = 0


@admin.register(Generation)
class GenerationAdmin(ReadOnly, Looked):
    list_display = [
        *("id", "user", "topic", "status", "engine_name", "attempt_count", "card_count"),
        *("error_code", "created_at", "finished_at"),
    ]
    list_filter = ["status"]
    list_select_related = ["user"]
    search_fields = ["id__exact", "user__username", "session__id__exact"]
    text_fields = ("topic", "prompt", "options", "cards", "result_key")
    inlines = [AttemptInline]
    actions = ["cancel"]

    @admin.display
    def topic(self, generation: Generation) -> str:
        return generation.options.get("topic", "")

    @admin.display(description="cards")
    def card_count(self, generation: Generation) -> int:
        return len(generation.cards)

    @admin.action(description="Cancel the chosen generations", permissions=["operate"])
    def cancel(self, request: HttpRequest, chosen: QuerySet) -> Any:
        cancelled = generations_cancel(generation_ids=list(chosen.values_list("pk", flat=True)), now=timezone.now())
        self.message_user(request, f"{cancelled} generations cancelled.", messages.SUCCESS)
