"""URLs of the pages.

The templates and the authentication settings use their names.
"""

from django.urls import path
from django.views.decorators.gzip import gzip_page

from flashcards.pages import account, auth, decks, pwa, study

PAGES = (
    ("", auth.HomeView.as_view(), "home"),
    ("manifest.webmanifest", pwa.manifest, "manifest"),
    ("sw.js", pwa.service_worker, "service-worker"),
    ("offline", pwa.OfflineView.as_view(), "offline"),
    ("sign-in", auth.SignInView.as_view(), "sign-in"),
    ("sign-up", auth.SignUpView.as_view(), "sign-up"),
    ("sign-out", auth.SignOutView.as_view(), "sign-out"),
    ("account", account.AccountView.as_view(), "account"),
    ("account/deleted", account.AccountDeletedView.as_view(), "account-deleted"),
    ("decks", decks.DecksView.as_view(), "decks"),
    ("decks/trash", decks.TrashView.as_view(), "trash"),
    ("decks/duplicates", decks.DuplicatesView.as_view(), "duplicates"),
    ("decks/<uuid:deck_id>", decks.DeckView.as_view(), "deck"),
    ("decks/import", decks.ImportView.as_view(), "import"),
    ("decks/<uuid:deck_id>/print", decks.PrintView.as_view(), "print"),
    ("decks/<uuid:deck_id>/study", study.StudyView.as_view(), "study-deck"),
    ("study", study.StudyView.as_view(), "study"),
    ("progress", study.ProgressView.as_view(), "progress"),
)
urlpatterns = [path(route, gzip_page(view), name=name) for route, view, name in PAGES]
