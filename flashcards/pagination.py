from rest_framework.pagination import CursorPagination


class DeckPages(CursorPagination):
    """Newest first; `?cursor=` out of `next`, `?pageSize=` up to 100."""

    ordering = ("-created_at", "-id")
    page_size = 20
    page_size_query_param = "pageSize"
    max_page_size = 100


class CardPages(CursorPagination):
    """In the deck's own order; `?cursor=` out of `next`, `?pageSize=` up to 500."""

    ordering = ("position",)
    page_size = 100
    page_size_query_param = "pageSize"
    max_page_size = 500


class ReviewPages(CursorPagination):
    """Newest first; `?cursor=` out of `next`, `?pageSize=` up to 500."""

    ordering = ("-reviewed_at", "-id")
    page_size = 100
    page_size_query_param = "pageSize"
    max_page_size = 500
