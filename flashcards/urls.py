from django.urls import include, path

from flashcards import views
from flashcards.exports.views import ExportView
from flashcards.imports.views import ImportsView, ImportView, PreviewView

urlpatterns = [
    path("flashcards/decks", views.DecksView.as_view(), name="api-decks"),
    path("flashcards/decks/<uuid:deck_id>", views.DeckView.as_view(), name="api-deck"),
    path("flashcards/decks/<uuid:deck_id>/export", ExportView.as_view(), name="api-deck-export"),
    path("flashcards/decks/<uuid:deck_id>/cards", views.CardsView.as_view(), name="api-deck-cards"),
    path("flashcards/cards/<uuid:card_id>", views.CardView.as_view(), name="api-card"),
    path("flashcards/", include("flashcards.keeping.urls")),
    path("flashcards/", include("flashcards.study.urls")),
    path("flashcards/imports", ImportsView.as_view(), name="api-imports"),
    path("flashcards/imports/preview", PreviewView.as_view(), name="api-import-preview"),
    path("flashcards/imports/<uuid:import_id>", ImportView.as_view(), name="api-import"),
]
