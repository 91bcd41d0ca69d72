"""Addresses of the pages. The names are used by the templates and by the sign-in settings."""

from django.urls import path

from flashcards.pages import views

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("sign-in", views.SignInView.as_view(), name="sign-in"),
    path("sign-up", views.SignUpView.as_view(), name="sign-up"),
    path("sign-out", views.SignOutView.as_view(), name="sign-out"),
    path("decks", views.DecksView.as_view(), name="decks"),
    path("decks/<uuid:deck_id>", views.DeckView.as_view(), name="deck"),
]
