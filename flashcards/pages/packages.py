"""The pages on which decks come in and go out on paper."""

from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from flashcards.imports.encodings import CHOICES
from flashcards.models import Card, Deck

DECKS_OFFERED = 200
LAYOUTS = {"cut": "Cards to cut and fold", "list": "List with answers", "quiz": "Questions, answers at the end"}


class ImportView(LoginRequiredMixin, TemplateView):
    """Takes files and pasted tables; the work is done by the REST calls of `flashcards.imports`."""

    template_name = "pages/import.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        decks = Deck.objects.of(self.request.user).only("pk", "name")[:DECKS_OFFERED]
        return super().get_context_data(decks=decks, encodings=CHOICES, megabytes=settings.IMPORT_MEGABYTES, **kwargs)


class PrintView(LoginRequiredMixin, TemplateView):
    """A deck on paper, `?layout=cut|list|quiz`; somebody else's is not found."""

    template_name = "pages/print.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        deck = get_object_or_404(Deck.objects.of(self.request.user), pk=kwargs["deck_id"])
        asked = self.request.GET.get("layout", "")
        layout = asked if asked in LAYOUTS else "cut"
        return super().get_context_data(deck=deck, cards=_printed(deck), layout=layout, layouts=LAYOUTS, **kwargs)


def _printed(deck: Deck) -> list[Card]:
    return list(deck.cards.kept().only("front", "back", "kind", "position", "deck_id"))
