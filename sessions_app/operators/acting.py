"""Actions on chosen rows: asked about first, done by a service row by row, told in a sentence, written to the admin's log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

MOST = 500
NAMED = 5
Act = Callable[[Any, datetime], bool]


@dataclass(frozen=True)
class Operation:
    """What is done to each row: `act` is a service that says whether it could. The words are for the operator: `question` of the page
    that asks first, `done` and `refused` follow "3 sessions were" and "2 were not, because they"."""

    name: str
    label: str
    question: str
    done: str
    refused: str
    act: Act
    do_not_call_in_templates = True

    def __call__(self, model_admin: Any, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        rows = list(chosen.order_by("pk")[: MOST + 1])
        if len(rows) > MOST:
            return model_admin.message_user(request, f"At most {MOST} rows at once: filter, or choose fewer.", messages.ERROR)
        if "confirmed" not in request.POST:
            return self._ask(model_admin, request, rows)
        self._carry_out(model_admin, request, rows)
        return None

    def _ask(self, model_admin: Any, request: HttpRequest, rows: list[Any]) -> HttpResponse:
        context = {
            **model_admin.admin_site.each_context(request),
            "title": self.label,
            "operation": self,
            "rows": rows,
            "opts": model_admin.opts,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/confirm_operation.html", context)

    def _carry_out(self, model_admin: Any, request: HttpRequest, rows: list[Any]) -> None:
        now = timezone.now()
        could = {row.pk: self.act(row, now) for row in rows}
        done, refused = [row for row in rows if could[row.pk]], [row for row in rows if not could[row.pk]]
        if done:
            LogEntry.objects.log_actions(request.user.pk, done, CHANGE, f"{self.label}.")
        level = messages.SUCCESS if done else messages.WARNING
        model_admin.message_user(request, self._sentence(model_admin.opts, done, refused), level)

    def _sentence(self, opts: Any, done: list[Any], refused: list[Any]) -> str:
        told = f"{counted(len(done), opts)} {'was' if len(done) == 1 else 'were'} {self.done}."
        if refused:
            named = ", ".join(str(row.pk) for row in refused[:NAMED])
            more = f" and {len(refused) - NAMED} more" if len(refused) > NAMED else ""
            told += f" {len(refused)} {'was' if len(refused) == 1 else 'were'} not, because {self.refused}: {named}{more}."
        return told


def counted(number: int, opts: Any) -> str:
    """As `3 sessions`."""
    return f"{number:,} {opts.verbose_name if number == 1 else opts.verbose_name_plural}"


def operation(**words: str) -> Callable[[Act], Callable[..., HttpResponse | None]]:
    """Makes an admin action of a function `(row, now) -> bool`; the words as in Operation. For those who may operate."""

    def make(act: Act) -> Callable[..., HttpResponse | None]:
        made = Operation(name=act.__name__, act=act, **words)

        @admin.action(description=made.label, permissions=["operate"])
        def action(model_admin: Any, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
            return made(model_admin, request, chosen)

        action.__name__ = made.name
        return action

    return make
