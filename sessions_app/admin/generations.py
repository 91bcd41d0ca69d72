"""The admin list of generations, with a timeline of attempts for each."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from sessions_app.admin.base.actions import admin_operation
from sessions_app.admin.base.list import (
    HELP_TEXT,
    BaseAdmin,
    ReadOnly,
    recent_values_filter,
    time_filter,
    topic_condition,
)
from sessions_app.models import Generation
from sessions_app.services.leases import generation_requeue, generations_cancel
from sessions_app.services.timeline import timeline


@admin_operation(
    label=gettext_lazy("Cancel the chosen generations"),
    question=gettext_lazy(
        "Engines that work on them are told to stop, and whoever asked for them is told that they"
        " are cancelled."
    ),
    done=lambda count: ngettext(
        "%(count)d generation was cancelled.", "%(count)d generations were cancelled.", count
    ),
    refused=lambda count: ngettext(
        "%(count)d was not, because they had their outcome already: %(ids)s.",
        "%(count)d were not, because they had their outcome already: %(ids)s.",
        count,
    ),
)
def cancel(generation: Generation, now: Any) -> bool:
    return bool(generations_cancel(generation_ids=[generation.pk], now=now))


@admin_operation(
    label=gettext_lazy("Requeue the chosen generations"),
    question=gettext_lazy(
        "They are taken from the engines that hold them, which are told to stop, and wait for an"
        " engine anew."
    ),
    done=lambda count: ngettext(
        "%(count)d generation was queued again.",
        "%(count)d generations were queued again.",
        count,
    ),
    refused=lambda count: ngettext(
        "%(count)d was not, because no engine held them: %(ids)s.",
        "%(count)d were not, because no engine held them: %(ids)s.",
        count,
    ),
)
def requeue(generation: Generation, now: Any) -> bool:
    return generation_requeue(generation_id=generation.pk, now=now)


@admin.register(Generation)
class GenerationAdmin(ReadOnly, BaseAdmin):
    list_display = [
        "short_id",
        "user",
        "topic",
        "status",
        "engine_name",
        "attempt_count",
        "card_count",
        "error_code",
        "created_at",
        "took",
    ]
    list_filter = [
        *(
            "status",
            time_filter(),
            recent_values_filter("error_code", "code", gettext_lazy("code of failure")),
        ),
        *(
            recent_values_filter("engine_name", "engine", gettext_lazy("engine")),
            recent_values_filter("session__model_id", "model", gettext_lazy("model")),
        ),
    ]
    list_select_related = ["user"]
    id_fields = ("pk", "session__id")
    text_lookups = ("options__topic",)
    text_fields = (
        "topic",
        "prompt",
        "shown_options",
        "shown_cards",
        "options",
        "cards",
        "result_key",
    )
    search_help_text = HELP_TEXT
    linked_by = ("session__id__exact", "user__id__exact")
    actions = [cancel, requeue]
    export_fields = (
        *(
            "id",
            "session_id",
            "user__username",
            "session__model_id",
            "status",
            "error_code",
            "engine_name",
            "attempt_count",
        ),
        *("created_at", "first_card_at", "finished_at", "usage", "prompt", "options", "cards"),
    )
    fields = [
        *(
            "timeline",
            "id",
            "user",
            "session",
            "status",
            "error_code",
            "shown_error",
            "topic",
            "engine_name",
            "card_count",
            "is_partial",
        ),
        *(
            "usage",
            "created_at",
            "queued_at",
            "first_card_at",
            "finished_at",
            "lease_expires_at",
            "request_id",
            "kind",
            "prompt_version",
        ),
        *("prompt", "shown_options", "shown_cards", "result_key", "requester", "engine"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("prompt")

    def with_text(self, text: str) -> Q:
        return topic_condition(text)

    @admin.display(description=gettext_lazy("timeline"))
    def timeline(self, generation: Generation) -> str:
        shown = timeline(generation, generation.attempts.order_by("number"), timezone.now())
        return render_to_string(
            "admin/partials/timeline.html", {"timeline": shown, "generation": generation}
        )

    @admin.display(description=gettext_lazy("error"))
    def shown_error(self, generation: Generation) -> str:
        return gettext(generation.error) or self.get_empty_value_display()

    @admin.display(description=gettext_lazy("topic"))
    def topic(self, generation: Generation) -> str:
        return generation.options.get("topic", "")

    @admin.display(description=gettext_lazy("cards"))
    def card_count(self, generation: Generation) -> int:
        return len(generation.cards)

    @admin.display(description=gettext_lazy("seconds"))
    def took(self, generation: Generation) -> str:
        return (
            f"{(generation.finished_at - generation.created_at).total_seconds():.1f}"
            if generation.finished_at
            else ""
        )

    @admin.display(description=gettext_lazy("options"))
    def shown_options(self, generation: Generation) -> str:
        return "\n".join(f"{name}: {value}" for name, value in sorted(generation.options.items()))

    @admin.display(description=gettext_lazy("cards"))
    def shown_cards(self, generation: Generation) -> str:
        return "\n".join(
            f"{number}. {card.get('front', '')} — {card.get('back', '')}"
            for number, card in enumerate(generation.cards, 1)
        )
