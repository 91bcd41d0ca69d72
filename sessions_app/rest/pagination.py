"""Pagination of lists."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.utils.translation import gettext
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.exceptions import Invalid
from sessions_app.rest.openapi_errors import link

SIZE = "pageSize"
CURSOR = {
    "in": "query",
    "name": "cursor",
    "required": False,
    "description": "Where a page begins: out of `next` or `previous`.",  # untranslated: OpenAPI
}


class PageSizeMixin:
    """Reads the page size, from 1 to `max_page_size`, from the query parameter `pageSize`.

    Other values raise Invalid.
    """

    page_size_query_param: str | None = SIZE
    page_size: int | None = 100
    max_page_size: int | None = 100

    def get_page_size(self, request: Request) -> int:
        raw = request.query_params.get(SIZE)
        assert self.page_size
        assert self.max_page_size
        return self.page_size if raw is None else requested_number(SIZE, raw, self.max_page_size)

    def size_parameter(self) -> dict[str, Any]:
        """Return the parameter for the OpenAPI document."""
        schema = {
            "type": "integer",
            "minimum": 1,
            "maximum": self.max_page_size,
            "default": self.page_size,
        }
        description = "How many at once."  # untranslated: OpenAPI
        return {
            "in": "query",
            "name": SIZE,
            "required": False,
            "description": description,
            "schema": schema,
            "example": self.page_size,
        }


class CursorPages(PageSizeMixin, CursorPagination):
    """Cursor pagination: new rows do not shift pages, and all pages cost the same.

    `next` and `previous` contain the values of `?cursor=`. They are also in the `Link` header.
    Invalid cursors raise Invalid.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        # DRF checks the encoding of a cursor, but not the position in it.
        except (NotFound, ValidationError, ValueError, DataError):
            raise invalid_parameter(
                "cursor", gettext("Take the cursor out of next or previous, as it is.")
            ) from None

    def get_paginated_response(self, data: Any) -> Response:
        response: Response = super().get_paginated_response(data)
        for name, value in link(next=response.data["next"], prev=response.data["previous"]).items():
            response[name] = value
        return response

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [CURSOR | {"schema": {"type": "string"}}, self.size_parameter()]


class NewestFirst(CursorPages):
    """Pages of rows by `created_at`, newest first."""

    ordering = ("-created_at", "-id")
    page_size = 20


def requested_number(name: str, raw: str, most: int) -> int:
    """Return the whole number in a query parameter.

    Raise Invalid if it is not from 1 to `most`.
    """
    if not (
        raw.isascii() and raw.isdigit() and len(raw) <= len(str(most)) and 1 <= int(raw) <= most
    ):
        message = gettext("Give a whole number from 1 to %(maximum)d.") % {"maximum": most}
        raise invalid_parameter(name, message)
    return int(raw)


def invalid_parameter(name: str, message: str) -> Invalid:
    """Return the error for an invalid query parameter."""
    return Invalid(f"{name}: {message}", fields={name: [message]})
