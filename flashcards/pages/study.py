"""The pages of studying.

What they show comes from the REST calls of studying; here is only what surrounds it.
"""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from flashcards.models import Deck


class StudyView(LoginRequiredMixin, TemplateView):
    """Cards asked one by one, of one deck or of all; somebody else's deck is not found."""

    template_name = "pages/study.html"

    def get_context_data(self, deck_id: UUID | None = None, **kwargs: Any) -> dict[str, Any]:
        deck = deck_id and get_object_or_404(
            Deck.objects.of(self.request.user).only("name"), pk=deck_id
        )
        queue = reverse("api-study-queue") + (f"?deck={deck.pk}" if deck else "")
        return super().get_context_data(deck=deck, queue=queue, **kwargs)


class ProgressView(LoginRequiredMixin, TemplateView):
    """How studying goes, and how the user studies."""

    template_name = "pages/progress.html"
    extra_context: ClassVar = {"hours": range(24)}
