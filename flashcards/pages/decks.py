"""The pages for decks, imports and printing.

They only read and render. Changes to a deck go through the REST API.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import ListView, TemplateView

from flashcards.card_kinds import KIND_CHOICES
from flashcards.formats.detect import EXTENSIONS, IMPORT_FORMATS
from flashcards.formats.tables import CHOICES
from flashcards.models import Card, Deck
from flashcards.services import duplicates, trash
from flashcards.services.decks import deck_with_name
from flashcards.services.search import SORTS, deck_tags_of, search_cards, search_decks
from sessions_app.exceptions import Invalid, NotFound

SORT_LABELS = {
    "newest": gettext_lazy("Newest first"),
    "changed": gettext_lazy("Last changed"),
    "name": pgettext_lazy("order of decks", "Name"),
    "due": gettext_lazy("Most due"),
    "size": gettext_lazy("Most cards"),
}
VIEWS = {"cards": gettext_lazy("Cards"), "table": gettext_lazy("Table")}
VIEW_COOKIE, VIEW_SECONDS = "deck_view", 31_536_000
SHOWN_IN_TRASH = 100
DECKS_OFFERED = 200
LAYOUTS = {
    "cut": gettext_lazy("Cards to cut and fold"),
    "list": gettext_lazy("List with answers"),
    "quiz": gettext_lazy("Questions, answers at the end"),
}


class FilteredListView(LoginRequiredMixin, ListView):
    """A list that a GET form filters, with the current filters as `asked` in the context."""

    names: tuple[str, ...] = ("q", "tag")

    @cached_property
    def filters(self) -> dict[str, str]:
        return {name: self.request.GET.get(name, "") for name in self.names}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            asked=self.filters, is_narrowed=any(self.filters.values()), **kwargs
        )


class DecksView(FilteredListView):
    """The user's decks, in pages, filtered by text and tag, in one of five orders."""

    template_name = "pages/decks.html"
    context_object_name = "decks"
    paginate_by = 20

    @cached_property
    def sort(self) -> str:
        sort = self.request.GET.get("sort", "")
        return sort if sort in SORTS else "newest"

    def get_queryset(self) -> QuerySet[Deck]:
        decks = (
            Deck.objects.of(self.request.user)
            .with_card_count()
            .with_due_count(timezone.now())
            .defer("source")
        )
        return search_decks(decks, text=self.filters["q"], tag=self.filters["tag"]).order_by(
            *SORTS[self.sort]
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        choices = {"sort": self.sort, "sorts": SORT_LABELS, "tags": deck_tags_of(self.request.user)}
        return super().get_context_data(
            **choices, bin=trash.trash_counts(self.request.user), **kwargs
        )


class DeckView(FilteredListView):
    """A deck with its cards, in pages, as cards or as a table.

    Decks of other users return 404.
    """

    template_name = "pages/deck.html"
    context_object_name = "cards"
    names = ("q", "tag", "kind", "leech")

    @cached_property
    def deck(self) -> Deck:
        decks = Deck.objects.of(self.request.user).with_card_count().with_due_count(timezone.now())
        return get_object_or_404(decks, pk=self.kwargs["deck_id"])

    @cached_property
    def view(self) -> str:
        """Return the requested view, or else the view that was requested last."""
        view = self.request.GET.get("view") or self.request.COOKIES.get(VIEW_COOKIE, "")
        return view if view in VIEWS else "cards"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().get(request, *args, **kwargs)
        if "view" in request.GET:
            response.set_cookie(
                VIEW_COOKIE,
                self.view,
                max_age=VIEW_SECONDS,
                samesite="Lax",  # untranslated: a value of the cookie
                secure=request.is_secure(),
            )
        return response

    def get_paginate_by(self, queryset: QuerySet[Card]) -> int:
        return 50 if self.view == "table" else 100

    def get_queryset(self) -> QuerySet[Card]:
        filters = self.filters
        return search_cards(
            self.deck.cards.kept(),
            text=filters["q"],
            tag=filters["tag"],
            kind=filters["kind"],
            is_leech=bool(filters["leech"]),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            deck=self.deck, view=self.view, views=VIEWS, kinds=KIND_CHOICES, **kwargs
        )


class TrashView(LoginRequiredMixin, TemplateView):
    """The hundred decks and the hundred single cards that were deleted most recently."""

    template_name = "pages/trash.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        decks = trash.trashed_decks(user).defer("source")[:SHOWN_IN_TRASH]
        cards = trash.trashed_cards(user).defer("deck__source")[:SHOWN_IN_TRASH]
        return super().get_context_data(
            decks=decks,
            cards=cards,
            counts=trash.trash_counts(user),
            days=settings.TRASH_DAYS,
            **kwargs,
        )


class DuplicatesView(LoginRequiredMixin, ListView):
    """Cards with the same front, in all decks or with at least one card in a given deck.

    Decks of other users return 404.
    """

    template_name = "pages/duplicates.html"
    context_object_name = "groups"
    paginate_by = 20

    @cached_property
    def deck(self) -> Deck | None:
        try:
            deck_id = deck_with_name(user=self.request.user, deck_id=self.request.GET.get("deck"))
        except (Invalid, NotFound) as error:
            raise Http404 from error
        return Deck.objects.get(pk=deck_id) if deck_id else None

    def get_queryset(self) -> QuerySet[Any]:
        return duplicates.duplicate_groups(self.request.user, self.deck and self.deck.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(deck=self.deck, **kwargs)
        return context | {
            "groups": duplicates.duplicates_shown(self.request.user, context["groups"])
        }


class ImportView(LoginRequiredMixin, TemplateView):
    """The page to import files and pasted tables.

    The REST API does the work (flashcards/api/files.py).
    """

    template_name = "pages/import.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        decks = Deck.objects.of(self.request.user).only("pk", "name")[:DECKS_OFFERED]
        formats = [f"{format.label} ({', '.join(format.extensions)})" for format in IMPORT_FORMATS]
        return super().get_context_data(
            decks=decks,
            encodings=CHOICES,
            extensions=EXTENSIONS,
            formats=", ".join(formats),
            megabytes=settings.IMPORT_MAX_MEGABYTES,
            **kwargs,
        )


class PrintView(LoginRequiredMixin, TemplateView):
    """A deck to print, in the layout `?layout=cut|list|quiz`.

    Decks of other users return 404.
    """

    template_name = "pages/print.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        deck = get_object_or_404(Deck.objects.of(self.request.user), pk=kwargs["deck_id"])
        requested = self.request.GET.get("layout", "")
        layout = requested if requested in LAYOUTS else "cut"
        cards = deck.cards.kept().only("front", "back", "kind", "position", "deck_id")
        return super().get_context_data(
            deck=deck, cards=list(cards), layout=layout, layouts=LAYOUTS, **kwargs
        )
