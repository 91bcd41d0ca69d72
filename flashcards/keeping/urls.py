from django.urls import path

from flashcards.keeping import views

urlpatterns = [
    path("bin", views.BinView.as_view(), name="api-bin"),
    path("bin/decks", views.BinnedDecksView.as_view(), name="api-binned-decks"),
    path("bin/decks/<uuid:deck_id>", views.BinnedDeckView.as_view(), name="api-binned-deck"),
    path("bin/cards", views.BinnedCardsView.as_view(), name="api-binned-cards"),
    path("bin/cards/<uuid:card_id>", views.BinnedCardView.as_view(), name="api-binned-card"),
    path("decks/<uuid:deck_id>/restore", views.DeckRestoreView.as_view(), name="api-deck-restore"),
    path("decks/<uuid:deck_id>/merge", views.DeckMergeView.as_view(), name="api-deck-merge"),
    path("cards/move", views.CardsMoveView.as_view(), name="api-cards-move"),
    path("cards/tag", views.CardsTagView.as_view(), name="api-cards-tag"),
    path("cards/delete", views.CardsDeleteView.as_view(), name="api-cards-delete"),
    path("cards/restore", views.CardsRestoreView.as_view(), name="api-cards-restore"),
    path("cards/<uuid:card_id>/restore", views.CardRestoreView.as_view(), name="api-card-restore"),
    path("duplicates", views.DuplicatesView.as_view(), name="api-duplicates"),
    path("duplicates/keep", views.DuplicatesKeepView.as_view(), name="api-duplicates-keep"),
    path("tags", views.TagsView.as_view(), name="api-tags"),
]
