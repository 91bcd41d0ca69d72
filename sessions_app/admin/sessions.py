"""The admin list of sessions, with their generations."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from sessions_app.admin.base.actions import admin_operation
from sessions_app.admin.base.list import (
    BaseAdmin,
    ReadOnly,
    can_read_text,
    list_link,
    recent_values_filter,
    time_filter,
)
from sessions_app.models import Generation, SessionStatus, WebLLMSession
from sessions_app.services.sessions import (
    CLOSED_BY_OPERATOR,
    EXPIRED_BY_OPERATOR,
    sessions_close,
    sessions_expire,
)

NEWEST = 20


def already_ended(count: int) -> str:
    return ngettext(
        "%(count)d was not, because they had ended already: %(ids)s.",
        "%(count)d were not, because they had ended already: %(ids)s.",
        count,
    )


class State(admin.SimpleListFilter):
    """A filter by current state, which separates idle sessions before the sweep expires them."""

    title, parameter_name = gettext_lazy("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("open", pgettext("session", "Open")),
            ("idle", pgettext("session", "Past its time")),
            ("error", gettext("Engine failed")),
            ("closed", pgettext("session", "Closed")),
            ("expired", pgettext("session", "Expired")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in (SessionStatus.ERROR, SessionStatus.CLOSED, SessionStatus.EXPIRED):
            return queryset.filter(status=self.value())
        chosen = {"open": queryset.alive, "idle": queryset.idle}.get(self.value() or "")
        return chosen(timezone.now()) if chosen else queryset


@admin_operation(
    label=gettext_lazy("Close the chosen sessions"),
    question=gettext_lazy(
        "Their sockets close, what waits or runs in them is cancelled, and their clients are told"
        " that they are closed."
    ),
    done=lambda count: ngettext(
        "%(count)d session was closed.", "%(count)d sessions were closed.", count
    ),
    refused=already_ended,
)
def close(session: WebLLMSession, now: Any) -> bool:
    return bool(sessions_close(session_ids=[session.pk], reason=CLOSED_BY_OPERATOR, now=now))


@admin_operation(
    label=gettext_lazy("Let the chosen sessions expire"),
    question=gettext_lazy(
        "Their sockets close, what waits or runs in them is cancelled, and their clients open new"
        " ones, as after inactivity."
    ),
    done=lambda count: ngettext(
        "%(count)d session was expired.", "%(count)d sessions were expired.", count
    ),
    refused=already_ended,
)
def expire(session: WebLLMSession, now: Any) -> bool:
    return bool(sessions_expire(session_ids=[session.pk], reason=EXPIRED_BY_OPERATOR, now=now))


@admin.register(WebLLMSession)
class SessionAdmin(ReadOnly, BaseAdmin):
    list_display = [
        "short_id",
        "user",
        "model_id",
        "state",
        "queue",
        "created_at",
        "last_activity_at",
        "closed_at",
    ]
    list_filter = [
        State,
        time_filter(),
        recent_values_filter("model_id", "model", gettext_lazy("model")),
    ]
    list_select_related = ["user"]
    linked_by = ("user__id__exact",)
    actions = [close, expire]
    export_fields = (
        "id",
        "user__username",
        "model_id",
        "status",
        "created_at",
        "last_activity_at",
        "closed_at",
        "close_reason",
    )
    fields = [
        *(
            "id",
            "user",
            "state",
            "model_id",
            "queue",
            "created_at",
            "last_activity_at",
            "expires_at",
            "closed_at",
            "shown_close_reason",
        ),
        *("engine_facts", "seq", "generations"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).as_of(timezone.now())

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        session = super().get_object(request, object_id, from_field)
        if session:
            session.is_text_shown = can_read_text(request.user)
        return session

    @admin.display(description=gettext_lazy("state"))
    def state(self, session: WebLLMSession) -> str:
        return str(SessionStatus(session.status_now).label)

    @admin.display(description=gettext_lazy("queue"))
    def queue(self, session: WebLLMSession) -> int:
        return session.queue_length

    @admin.display(description=gettext_lazy("expires at"))
    def expires_at(self, session: WebLLMSession) -> datetime:
        return session.expires_at

    @admin.display(description=gettext_lazy("close reason"))
    def shown_close_reason(self, session: WebLLMSession) -> str:
        return gettext(session.close_reason) or self.get_empty_value_display()

    @admin.display(description=gettext_lazy("generations"))
    def generations(self, session: Any) -> str:
        newest = Generation.objects.filter(session=session).order_by("-created_at", "-pk")[:NEWEST]
        everything = list_link(
            Generation, gettext("All generations of this session"), session__id__exact=session.pk
        )
        context = {
            "newest": newest,
            "everything": everything,
            "is_text_shown": session.is_text_shown,
        }
        return render_to_string("admin/partials/generations.html", context)
