from rest_framework.pagination import CursorPagination, PageNumberPagination


class BinPages(CursorPagination):
    """The last deleted first; `?cursor=` out of `next`, `?pageSize=` up to 100."""

    ordering = ("-deleted_at", "-id")
    page_size = 50
    page_size_query_param = "pageSize"
    max_page_size = 100


class TwinPages(PageNumberPagination):
    """`?page=`, `?pageSize=` up to 50 groups."""

    page_size = 20
    page_size_query_param = "pageSize"
    max_page_size = 50
