"""The admin list of connected engines."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from sessions_app.admin.base.list import BaseAdmin, ReadOnly, list_link, recent_values_filter
from sessions_app.models import Engine, Generation, GenerationStatus


class Presence(admin.SimpleListFilter):
    """A filter for engines that were seen recently, or are silent without having disconnected."""

    title, parameter_name = gettext_lazy("presence"), "presence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("present", pgettext("engine", "Present")),
            ("silent", pgettext("engine", "Silent")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = {"present": queryset.present, "silent": queryset.silent}.get(self.value() or "")
        return chosen(timezone.now()) if chosen else queryset


@admin.register(Engine)
class EngineAdmin(ReadOnly, BaseAdmin):
    """Engines, with a row for each socket until it closes."""

    list_display = [
        "user",
        "kind",
        "model_id",
        "is_present",
        "load",
        "tokens_per_second",
        "dialect",
        "ready_at",
        "seen_at",
    ]
    list_filter = [
        Presence,
        recent_values_filter("name", "engine", gettext_lazy("engine")),
        recent_values_filter("model_id", "model", gettext_lazy("model")),
    ]
    list_select_related = ["user"]
    list_display_links = ["kind"]
    id_fields, date_field = ("session__id",), "ready_at"
    ordering = ("-ready_at", "-pk")
    linked_by = ("user__id__exact",)
    fields = [
        *(
            "user",
            "kind",
            "model_id",
            "is_present",
            "load",
            "tokens_per_second",
            "dialect",
            "ready_at",
            "seen_at",
            "session",
        ),
        *("shown_facts", "work", "channel"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        at_work = Generation.objects.filter(
            status=GenerationStatus.LEASED, engine=OuterRef("channel")
        )
        return super().get_queryset(request).annotate(is_at_work=Exists(at_work))

    @admin.display(description=gettext_lazy("engine"))
    def kind(self, engine: Engine) -> str:
        return engine.name or pgettext("engine", "unknown")

    @admin.display(description=pgettext_lazy("engine", "present"), boolean=True)
    def is_present(self, engine: Engine) -> bool:
        return engine.is_present(timezone.now())

    @admin.display(description=pgettext_lazy("engine", "load"))
    def load(self, engine: Any) -> str:
        return pgettext("engine", "at work") if engine.is_at_work else pgettext("engine", "idle")

    @admin.display(description=gettext_lazy("tokens a second"))
    def tokens_per_second(self, engine: Engine) -> str:
        return f"{engine.speed:.1f}" if engine.speed else ""

    @admin.display(description=gettext_lazy("dialect"))
    def dialect(self, engine: Engine) -> str:
        return pgettext("dialect", "the guide's") if engine.is_guide else "mindflip.v1"

    @admin.display(description=gettext_lazy("facts"))
    def shown_facts(self, engine: Engine) -> str:
        return "\n".join(f"{name}: {value}" for name, value in sorted(engine.facts.items()))

    @admin.display(description=gettext_lazy("generations"))
    def work(self, engine: Engine) -> str:
        return list_link(
            Generation, gettext("Those of its session"), session__id__exact=engine.session_id
        )
