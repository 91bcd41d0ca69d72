from sessions_app.rest.pages import CursorPages, NewestFirst


class DeckPages(NewestFirst):
    """`?pageSize=` up to 100."""


class CardPages(CursorPages):
    """In the deck's own order; `?pageSize=` up to 500."""

    ordering = ("position",)
    page_size = 100
    max_page_size = 500


class ReviewPages(CursorPages):
    """Newest first; `?pageSize=` up to 500."""

    ordering = ("-reviewed_at", "-id")
    page_size = 100
    max_page_size = 500
