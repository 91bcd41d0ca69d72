"""Filters of lists that ask an index, or the newest rows, and never the whole table."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

NEWEST = 2_000


def since(field: str = "created_at", title: str = "time") -> type[SimpleListFilter]:
    """A filter by how long ago the row's time is; days by date are for the search."""

    class Since(SimpleListFilter):
        parameter_name = "since"
        spans = {"1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [("1h", "The last hour"), ("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days")]

        def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
            span = self.spans.get(self.value() or "")
            return queryset.filter(**{f"{field}__gte": timezone.now() - span}) if span else queryset

    Since.title = title
    return Since


def recently(field: str, parameter: str, title: str) -> type[SimpleListFilter]:
    """A filter by the values that the newest rows have in this field, and by the one that is asked for."""

    class Recently(SimpleListFilter):
        parameter_name = parameter

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            newest = model_admin.model._default_manager.order_by(*model_admin.ordering).values_list(field, flat=True)[:NEWEST]
            return [(value, value) for value in sorted({*newest, self.value() or ""} - {"", None})]

        def has_output(self) -> bool:
            return True

        def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
            return queryset.filter(**{field: self.value()}) if self.value() else queryset

    Recently.title = title
    return Recently
