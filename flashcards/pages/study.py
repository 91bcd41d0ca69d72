"""The pages for studying.

Their content comes from the REST API for studying. These views render only what surrounds it.
"""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from flashcards.models import Deck
from flashcards.services.fates import fates_for_user


class StudyView(LoginRequiredMixin, TemplateView):
    """The page to study the cards of one deck or of all decks, one by one.

    Decks of other users return 404.
    """

    template_name = "pages/study.html"

    def get_context_data(self, deck_id: UUID | None = None, **kwargs: Any) -> dict[str, Any]:
        deck = deck_id and get_object_or_404(
            Deck.objects.of(self.request.user).only("name"), pk=deck_id
        )
        queue = reverse("api-study-queue") + (f"?deck={deck.pk}" if deck else "")
        return super().get_context_data(deck=deck, queue=queue, **kwargs)


class ProgressView(LoginRequiredMixin, TemplateView):
    """The user's progress and study settings, and the fates of their generated cards."""

    template_name = "pages/progress.html"
    extra_context: ClassVar = {"hours": range(24)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(fates=fates_for_user(user=self.request.user), **kwargs)
