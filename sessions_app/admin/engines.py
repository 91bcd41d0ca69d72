"""Engines that are connected now."""

from django.contrib import admin

from sessions_app.models import Engine
from sessions_app.operators.looking import Looked, ReadOnly


@admin.register(Engine)
class EngineAdmin(ReadOnly, Looked):
    list_display = ["user", "name", "model_id", "is_guide", "speed", "ready_at", "seen_at"]
    list_filter = ["name", "is_guide"]
    list_select_related = ["user"]
    search_fields = ["user__username", "model_id"]
    ordering = ["-ready_at", "-pk"]
