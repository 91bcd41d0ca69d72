"""URLs of the pages.

The templates and the authentication settings use their names.
"""

from django.urls import path
from django.views.decorators.gzip import gzip_page

from flashcards.pages import account, auth, decks, pwa, study

urlpatterns = [
    path("", gzip_page(auth.HomeView.as_view()), name="home"),
    path("manifest.webmanifest", gzip_page(pwa.manifest), name="manifest"),
    path("sw.js", gzip_page(pwa.service_worker), name="service-worker"),
    path("offline", gzip_page(pwa.OfflineView.as_view()), name="offline"),
    path("sign-in", gzip_page(auth.SignInView.as_view()), name="sign-in"),
    path("sign-up", gzip_page(auth.SignUpView.as_view()), name="sign-up"),
    path("sign-out", gzip_page(auth.SignOutView.as_view()), name="sign-out"),
    path("account", gzip_page(account.AccountView.as_view()), name="account"),
    path(
        "account/deleted", gzip_page(account.AccountDeletedView.as_view()), name="account-deleted"
    ),
    path("decks", gzip_page(decks.DecksView.as_view()), name="decks"),
    path("decks/trash", gzip_page(decks.TrashView.as_view()), name="trash"),
    path("decks/duplicates", gzip_page(decks.DuplicatesView.as_view()), name="duplicates"),
    path("decks/<uuid:deck_id>", gzip_page(decks.DeckView.as_view()), name="deck"),
    path("decks/import", gzip_page(decks.ImportView.as_view()), name="import"),
    path("decks/<uuid:deck_id>/print", gzip_page(decks.PrintView.as_view()), name="print"),
    path("decks/<uuid:deck_id>/study", gzip_page(study.StudyView.as_view()), name="study-deck"),
    path("study", gzip_page(study.StudyView.as_view()), name="study"),
    path("progress", gzip_page(study.ProgressView.as_view()), name="progress"),
]
