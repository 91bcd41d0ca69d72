from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class FlashcardsConfig(AppConfig):
    """The app for decks, cards and the generation of flashcards."""

    name = "flashcards"
    verbose_name = gettext_lazy("Flashcards")
    support_sees = ("flashcards.view_deck",)

    def ready(self) -> None:
        from flashcards.generation import Flashcards
        from flashcards.personal_data import FlashcardsData
        from sessions_app.services import generation_kinds, personal_data

        generation_kinds.register(Flashcards())
        personal_data.register(FlashcardsData())
