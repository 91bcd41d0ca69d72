"""Chosen or filtered rows as a file, sent while it is read; text only for those who may read it."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
from asgiref.sync import sync_to_async
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from sessions_app.services.formula import dead

MOST = 50_000
AT_ONCE = 1_000
Write = Callable[[list[str], list[Any] | None], str]


@admin.action(description="Export as CSV", permissions=["operate"])
def export_csv(model_admin: Any, request: HttpRequest, chosen: QuerySet) -> StreamingHttpResponse:
    """One row each, the first names the columns; cells that a spreadsheet would run are dead."""
    return _file(model_admin, request, chosen, "csv", _csv_line)


@admin.action(description="Export as JSON lines", permissions=["operate"])
def export_json(model_admin: Any, request: HttpRequest, chosen: QuerySet) -> StreamingHttpResponse:
    """One JSON object on each line."""
    return _file(model_admin, request, chosen, "jsonl", _json_line)


def _file(model_admin: Any, request: HttpRequest, chosen: QuerySet, ending: str, write: Write) -> StreamingHttpResponse:
    names = model_admin.readable(request, model_admin.export_fields)
    name = f"{model_admin.opts.model_name}-{timezone.now():%Y-%m-%d-%H%M}.{ending}"
    content_type = ContentType.objects.get_for_model(model_admin.model)
    told = f"Exported as {ending}: {', '.join(names)}."
    LogEntry.objects.create(user=request.user, content_type=content_type, object_repr=name, action_flag=CHANGE, change_message=told)
    rows = chosen.values_list(*names)[:MOST]
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(_lines(names, rows, write), content_type="text/plain; charset=utf-8", headers=headers)


async def _lines(names: list[str], rows: QuerySet, write: Write) -> AsyncIterator[bytes]:
    yield write(names, None).encode()
    left = await sync_to_async(rows.iterator)(AT_ONCE)  # not `aiterator`: for lists of values that asks the database on the loop
    while some := await sync_to_async(lambda: list(islice(left, AT_ONCE)))():
        yield "".join(write(names, list(row)) for row in some).encode()


def _csv_line(names: list[str], row: list[Any] | None) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(names if row is None else [dead(_cell(value)) for value in row])
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
