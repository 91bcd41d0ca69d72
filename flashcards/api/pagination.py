"""Pagination of the lists of decks, cards, trash and duplicates."""

from typing import Any

from django.utils.translation import gettext
from rest_framework.exceptions import NotFound
from rest_framework.pagination import PageNumberPagination

from sessions_app.rest.pagination import CursorPages, NewestFirst, PageSizeMixin, invalid_parameter


class DeckPages(NewestFirst):
    """Pages of decks, newest first, with `?pageSize=` up to 100."""


class DraftPages(NewestFirst):
    """Pages of unsaved cards, newest first, with `?pageSize=` up to 100."""


class CardPages(CursorPages):
    """Pages of cards in the order of the deck, with `?pageSize=` up to 500."""

    ordering = ("position",)
    page_size = 100
    max_page_size = 500


class ReviewPages(CursorPages):
    """Pages of reviews, newest first, with `?pageSize=` up to 500."""

    ordering = ("-reviewed_at", "-id")
    page_size = 100
    max_page_size = 500


class TrashPages(CursorPages):
    """Pages of items in the trash, last deleted first, with `?pageSize=` up to 100."""

    ordering = ("-deleted_at", "-id")
    page_size = 50


class DuplicatePages(PageSizeMixin, PageNumberPagination):
    """Pages of groups of duplicates, by number (`?page=`), with `?pageSize=` up to 50.

    The groups have no order that a cursor can represent.
    """

    page_size = 20
    max_page_size = 50

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            raise invalid_parameter("page", gettext("There is no page of this number.")) from None

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameter = {
            "in": "query",
            "name": self.page_query_param,
            "required": False,
            "description": "Which page, from 1.",  # untranslated: a reference document
            "example": 1,
        }
        return [parameter | {"schema": {"type": "integer", "minimum": 1}}, self.size_parameter()]
