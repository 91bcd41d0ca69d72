"""Admin actions that call a service for each row, and exports as CSV and JSON lines."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
from asgiref.sync import sync_to_async
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext, override

from sessions_app.services.csv_safety import escape_formula

MAX_ROWS = 500
MAX_NAMED = 5
Act = Callable[[Any, datetime], bool]
MAX_EXPORTED_ROWS = 50_000
BATCH_SIZE = 1_000
Write = Callable[[list[str], list[Any] | None], str]


@dataclass(frozen=True)
class Operation:
    """An admin action that calls `act` for each row, after the operator confirms it.

    `act` is a service that returns whether it succeeded. `question` is on the confirmation page.
    The message about the result consists of two sentences. `done` and `refused` return them for a
    number of rows, with the placeholders `count` and (in `refused`) `ids`. Rows that succeeded are
    written to the admin's log.
    """

    name: str
    label: str | Promise
    question: str | Promise
    done: Callable[[int], str]
    refused: Callable[[int], str]
    act: Act
    do_not_call_in_templates = True

    def __call__(
        self, model_admin: Any, request: HttpRequest, chosen: QuerySet
    ) -> HttpResponse | None:
        rows = list(chosen.order_by("pk")[: MAX_ROWS + 1])
        if len(rows) > MAX_ROWS:
            return model_admin.message_user(
                request,
                gettext("At most %(maximum)d rows at once: filter, or choose fewer.")
                % {"maximum": MAX_ROWS},
                messages.ERROR,
            )
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
        done, refused = (
            [row for row in rows if could[row.pk]],
            [row for row in rows if not could[row.pk]],
        )
        if done:
            # The log is in English, because operators with different languages read it.
            with override(None):
                message = f"{self.label}."  # untranslated: stored in the log
                LogEntry.objects.log_actions(request.user.pk, done, CHANGE, message)
        level = messages.SUCCESS if done else messages.WARNING
        model_admin.message_user(request, self._message(done, refused), level)

    def _message(self, done: list[Any], refused: list[Any]) -> str:
        message = self.done(len(done)) % {"count": len(done)}
        if refused:
            values = {"count": len(refused), "ids": _ids(refused)}
            message += f" {self.refused(len(refused)) % values}"
        return message


def _ids(rows: list[Any]) -> str:
    """Return the IDs of the first rows, and the number of the others."""
    ids = ", ".join(str(row.pk) for row in rows[:MAX_NAMED])
    more = len(rows) - MAX_NAMED
    if more <= 0:
        return ids
    return ngettext("%(ids)s and %(count)d more", "%(ids)s and %(count)d more", more) % {
        "ids": ids,
        "count": more,
    }


def admin_operation(**texts: Any) -> Callable[[Act], Callable[..., HttpResponse | None]]:
    """Return a decorator that turns a function `(row, now) -> bool` into an admin action.

    The texts are those of Operation. The action requires the `operate` permission.
    """

    def make(act: Act) -> Callable[..., HttpResponse | None]:
        made = Operation(name=act.__name__, act=act, **texts)

        @admin.action(description=made.label, permissions=["operate"])
        def action(model_admin: Any, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
            return made(model_admin, request, chosen)

        action.__name__ = made.name
        return action

    return make


@admin.action(description=gettext_lazy("Export as CSV"), permissions=["operate"])
def export_csv(model_admin: Any, request: HttpRequest, chosen: QuerySet) -> StreamingHttpResponse:
    """Export a line for each row, after a line with the names of the columns.

    Cells that a spreadsheet would run as formulas are escaped.
    """
    return _export(model_admin, request, chosen, "csv", _csv_line)


@admin.action(description=gettext_lazy("Export as JSON lines"), permissions=["operate"])
def export_json(model_admin: Any, request: HttpRequest, chosen: QuerySet) -> StreamingHttpResponse:
    """Export a JSON object for each row, one per line."""
    return _export(model_admin, request, chosen, "jsonl", _json_line)


def _export(
    model_admin: Any, request: HttpRequest, chosen: QuerySet, ending: str, write: Write
) -> StreamingHttpResponse:
    names = model_admin.readable(request, model_admin.export_fields)
    name = f"{model_admin.opts.model_name}-{timezone.now():%Y-%m-%d-%H%M}.{ending}"
    content_type = ContentType.objects.get_for_model(model_admin.model)
    message = f"Exported as {ending}: {', '.join(names)}."  # untranslated: stored in the log
    LogEntry.objects.create(
        user=request.user,
        content_type=content_type,
        object_repr=name,
        action_flag=CHANGE,
        change_message=message,
    )
    rows = chosen.values_list(*names)[:MAX_EXPORTED_ROWS]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',  # untranslated: a header
        "Cache-Control": "private, no-store",  # untranslated: a header
    }
    return StreamingHttpResponse(
        _lines(names, rows, write), content_type="text/plain; charset=utf-8", headers=headers
    )


async def _lines(names: list[str], rows: QuerySet, write: Write) -> AsyncIterator[bytes]:
    yield write(names, None).encode()
    # Do not use `aiterator`. For `values_list`, it queries the database on the event loop.
    left = await sync_to_async(rows.iterator)(BATCH_SIZE)
    while some := await sync_to_async(lambda: list(islice(left, BATCH_SIZE)))():
        yield "".join(write(names, list(row)) for row in some).encode()


def _csv_line(names: list[str], row: list[Any] | None) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(
        names if row is None else [escape_formula(_cell(value)) for value in row]
    )
    return line.getvalue()


def _json_line(names: list[str], row: list[Any] | None) -> str:
    if row is None:
        return ""
    return msgspec.json.encode(dict(zip(names, row, strict=True)), enc_hook=str).decode() + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return msgspec.json.encode(value).decode() if isinstance(value, dict | list) else str(value)
