"""How long lists are cut into pages."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
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
    "description": "Where a page begins: out of `next` or `previous`.",
}


class PageSizeMixin:
    """`?pageSize=`, from 1 to `max_page_size`. Raises Invalid for anything else."""

    page_size_query_param: str | None = SIZE
    page_size: int | None = 100
    max_page_size: int | None = 100

    def get_page_size(self, request: Request) -> int:
        raw = request.query_params.get(SIZE)
        assert self.page_size
        assert self.max_page_size
        return self.page_size if raw is None else requested_number(SIZE, raw, self.max_page_size)

    def size_parameter(self) -> dict[str, Any]:
        """As the OpenAPI document has it."""
        schema = {
            "type": "integer",
            "minimum": 1,
            "maximum": self.max_page_size,
            "default": self.page_size,
        }
        description = "How many at once."
        return {
            "in": "query",
            "name": SIZE,
            "required": False,
            "description": description,
            "schema": schema,
            "example": self.page_size,
        }


class CursorPages(PageSizeMixin, CursorPagination):
    """Pages by cursor: rows that come in between shift nothing, and the thousandth page costs what
    the first one does.

    `?cursor=` comes out of `next` and `previous`, which also stand in the header Link. Raises
    Invalid for what is no cursor.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        # DRF looks at its wrapping alone, not at what it says
        except (NotFound, ValidationError, ValueError, DataError):
            raise invalid_parameter(
                "cursor", "Take the cursor out of next or previous, as it is."
            ) from None

    def get_paginated_response(self, data: Any) -> Response:
        response: Response = super().get_paginated_response(data)
        for name, value in link(next=response.data["next"], prev=response.data["previous"]).items():
            response[name] = value
        return response

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [CURSOR | {"schema": {"type": "string"}}, self.size_parameter()]


class NewestFirst(CursorPages):
    """By `created_at`."""

    ordering = ("-created_at", "-id")
    page_size = 20


def requested_number(name: str, raw: str, most: int) -> int:
    """A whole number out of a query. Raises Invalid."""
    if not (
        raw.isascii() and raw.isdigit() and len(raw) <= len(str(most)) and 1 <= int(raw) <= most
    ):
        raise invalid_parameter(name, f"Give a whole number from 1 to {most}.")
    return int(raw)


def invalid_parameter(name: str, message: str) -> Invalid:
    """For a wrong member of a query."""
    return Invalid(f"{name}: {message}", fields={name: [message]})
