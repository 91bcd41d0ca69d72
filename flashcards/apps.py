from django.apps import AppConfig


class FlashcardsConfig(AppConfig):
    """The app for decks, cards and the generation of flashcards."""

    name = "flashcards"
    verbose_name = "Flashcards"
    support_sees = ("flashcards.view_deck",)

    def ready(self) -> None:
        from flashcards.generation import Flashcards
        from flashcards.personal_data import FlashcardsData
        from sessions_app.services import generation_kinds, personal_data

        generation_kinds.register(Flashcards())
        personal_data.register(FlashcardsData())
