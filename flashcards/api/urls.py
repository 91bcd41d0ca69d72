from django.urls import path

from flashcards.api import decks, drafts, files, organize, study

urlpatterns = [
    path("flashcards/decks", decks.DecksView.as_view(), name="api-decks"),
    path("flashcards/decks/<uuid:deck_id>", decks.DeckView.as_view(), name="api-deck"),
    path(
        "flashcards/decks/<uuid:deck_id>/export", files.ExportView.as_view(), name="api-deck-export"
    ),
    path("flashcards/decks/<uuid:deck_id>/cards", decks.CardsView.as_view(), name="api-deck-cards"),
    path("flashcards/cards/<uuid:card_id>", decks.CardView.as_view(), name="api-card"),
    path("flashcards/drafts", drafts.DraftsView.as_view(), name="api-drafts"),
    path("flashcards/drafts/<uuid:draft_id>", drafts.DraftView.as_view(), name="api-draft"),
    path("flashcards/trash", organize.TrashView.as_view(), name="api-trash"),
    path("flashcards/trash/decks", organize.TrashedDecksView.as_view(), name="api-trash-decks"),
    path(
        "flashcards/trash/decks/<uuid:deck_id>",
        organize.TrashedDeckView.as_view(),
        name="api-trash-deck",
    ),
    path("flashcards/trash/cards", organize.TrashedCardsView.as_view(), name="api-trash-cards"),
    path(
        "flashcards/trash/cards/<uuid:card_id>",
        organize.TrashedCardView.as_view(),
        name="api-trash-card",
    ),
    path(
        "flashcards/decks/<uuid:deck_id>/restore",
        organize.DeckRestoreView.as_view(),
        name="api-deck-restore",
    ),
    path(
        "flashcards/decks/<uuid:deck_id>/merge",
        organize.DeckMergeView.as_view(),
        name="api-deck-merge",
    ),
    path("flashcards/cards/bulk-move", organize.CardsMoveView.as_view(), name="api-cards-move"),
    path("flashcards/cards/bulk-tag", organize.CardsTagView.as_view(), name="api-cards-tag"),
    path(
        "flashcards/cards/bulk-delete", organize.CardsDeleteView.as_view(), name="api-cards-delete"
    ),
    path(
        "flashcards/cards/bulk-restore",
        organize.CardsRestoreView.as_view(),
        name="api-cards-restore",
    ),
    path(
        "flashcards/cards/<uuid:card_id>/restore",
        organize.CardRestoreView.as_view(),
        name="api-card-restore",
    ),
    path("flashcards/duplicates", organize.DuplicatesView.as_view(), name="api-duplicates"),
    path(
        "flashcards/duplicates/keep",
        organize.DuplicatesKeepView.as_view(),
        name="api-duplicates-keep",
    ),
    path("flashcards/tags", organize.TagsView.as_view(), name="api-tags"),
    path("flashcards/study/queue", study.QueueView.as_view(), name="api-study-queue"),
    path("flashcards/study/settings", study.StudySettingsView.as_view(), name="api-study-settings"),
    path("flashcards/study/progress", study.ProgressView.as_view(), name="api-study-progress"),
    path("flashcards/reviews", study.ReviewsView.as_view(), name="api-reviews"),
    path("flashcards/reviews/<uuid:review_id>", study.ReviewView.as_view(), name="api-review"),
    path("flashcards/imports", files.ImportsView.as_view(), name="api-imports"),
    path("flashcards/imports/preview", files.PreviewView.as_view(), name="api-import-preview"),
    path("flashcards/imports/<uuid:import_id>", files.ImportView.as_view(), name="api-import"),
]
