"""Keyset pagination of admin lists.

Pages start after a given row instead of a row number, so page 100,000 is as fast as the first.
"""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from sessions_app.services.stats import QueryTimeout, count_of, statement_timeout

OLDER, NEWER = "older", "newer"
PAGE_MILLISECONDS = 8_000
TOO_SLOW = gettext_lazy(
    "These rows are too few among too many to be found in time: add a span of time, a user or"
    " an id."
)
LOST = gettext_lazy("This address names no place in the list, so here is its beginning.")


class EstimatingPaginator(Paginator):
    """A paginator with estimated counts; Django's counts all rows for each page."""

    @cached_property
    def count(self) -> int:
        return (
            count_of(self.object_list)
            if isinstance(self.object_list, QuerySet)
            else len(self.object_list)
        )


class KeysetChangeList(ChangeList):
    """A list whose pages start after the row in the parameter `older=` or `newer=`.

    The parameters contain the row's values of the fields in the list's order. These fields must all
    be sorted in the same direction, and the last one must be unique.
    """

    is_keyset = True

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Return the parameters without the position in the list, which is not a filter.

        A new filter or search starts on the first page.
        """
        for name in (OLDER, NEWER):
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        return super().get_filters_params(params)

    def get_results(self, request: HttpRequest) -> None:
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        self.page_num, self.full_result_count, self.show_full_result_count = 1, None, False
        self.can_show_all = self.multi_page = False
        self.older_url = self.newer_url = ""
        try:
            with statement_timeout(PAGE_MILLISECONDS):
                self.result_list = self._page(request)
            self.result_count = self.paginator.count
        except QueryTimeout:
            messages.warning(request, TOO_SLOW)
            self.result_list, self.result_count = [], 0
        self.show_admin_actions = bool(self.result_list)

    def _page(self, request: HttpRequest) -> list[Any]:
        cursor, is_back = self._place(request)
        order = self._order()
        if is_back:
            order = [name[1:] if name.startswith("-") else f"-{name}" for name in order]
        rows = self.queryset.filter(_beyond(order, cursor)) if cursor else self.queryset
        fetched = list(rows.order_by(*order)[: self.list_per_page + 1])
        page, is_more = fetched[: self.list_per_page], len(fetched) > self.list_per_page
        if is_back:
            page.reverse()
        self._link(
            page, has_older=is_back or is_more, has_newer=bool(cursor) and (is_more or not is_back)
        )
        return page

    def _link(self, page: list[Any], *, has_older: bool, has_newer: bool) -> None:
        if page and has_older:
            self.older_url = self.get_query_string({OLDER: self._name_of(page[-1])})
        if page and has_newer:
            self.newer_url = self.get_query_string({NEWER: self._name_of(page[0])})

    def _place(self, request: HttpRequest) -> tuple[list[Any], bool]:
        """Return the values of the row next to the page, and whether the page is before that row.

        The first page has an empty list of values.
        """
        is_back = NEWER in request.GET
        named = request.GET.get(NEWER if is_back else OLDER, "")
        if not named:
            return [], False
        try:
            return self._values(named), is_back
        except (ValueError, OverflowError, ValidationError):
            messages.warning(request, LOST)
            return [], False

    def _order(self) -> list[str]:
        return list(self.model_admin.get_ordering(None))

    def _fields(self) -> list[Any]:
        return [_field(self.lookup_opts, name.removeprefix("-")) for name in self._order()]

    def _name_of(self, row: Any) -> str:
        return "~".join(field.value_to_string(row) for field in self._fields())

    def _values(self, named: str) -> list[Any]:
        parts = named.split("~", len(self._fields()) - 1)
        return [
            # Times are converted to UTC, because PostgreSQL rejects offsets of 16 hours or more.
            # Times that are out of range raise OverflowError.
            value.astimezone(UTC) if isinstance(value := field.to_python(part), datetime) else value
            for field, part in zip(self._fields(), parts, strict=True)
        ]


class KeysetPaginationMixin:
    """Mixin for a ModelAdmin that adds keyset pagination and estimated counts.

    KeysetChangeList describes the requirements for its `ordering`.
    """

    paginator = EstimatingPaginator

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeysetChangeList


def _beyond(order: list[str], cursor: list[Any]) -> Q:
    """Return the condition for rows after the row with these values.

    The first comparison is also a separate condition, so that PostgreSQL can start at its value in
    the index.
    """
    (first, *more), (value, *values) = order, cursor
    name, comparison = first.removeprefix("-"), "lt" if first.startswith("-") else "gt"
    after = Q(**{f"{name}__{comparison}": value})
    if not more:
        return after
    return Q(**{f"{name}__{comparison}e": value}) & (after | _beyond(more, values))


def _field(opts: Any, name: str) -> Any:
    try:
        return opts.pk if name == "pk" else opts.get_field(name)
    except FieldDoesNotExist:
        raise TypeError(
            f"{opts.object_name} is ordered by {name}, which is no column: its list has no places"
            " to go on from."
        ) from None
