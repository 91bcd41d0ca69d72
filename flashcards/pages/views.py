"""The pages. They read and render; whatever changes a deck goes through the REST calls of `flashcards`."""

from typing import Any, ClassVar

from django.contrib.auth import login
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView, RedirectURLMixin
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.generic import FormView, TemplateView

from flashcards.pages.forms import SignInForm, SignUpForm

EXAMPLE = {
    "front": "What do plants make out of light, water and carbon dioxide?",
    "back": "Sugar, and oxygen on the side: photosynthesis.",
}


class HomeView(TemplateView):
    """What MindFlip is, for strangers; the maker for whoever is signed in."""

    extra_context: ClassVar = {"example": EXAMPLE}

    def get_template_names(self) -> list[str]:
        return ["pages/make.html" if self.request.user.is_authenticated else "pages/welcome.html"]


class SignInView(LoginView):
    """Sign in, then on to `next` when that is an address of ours, else home."""

    template_name = "pages/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignUpView(RedirectURLMixin, FormView):
    """Make an account and be signed in with it."""

    template_name = "pages/sign_up.html"
    form_class = SignUpForm
    next_page = "home"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("home")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        login(self.request, form.save(), backend="django.contrib.auth.backends.ModelBackend")
        return super().form_valid(form)


class SignOutView(LogoutView):
    """POST only, so that no link or image elsewhere can sign anybody out."""


class DecksView(LoginRequiredMixin, TemplateView):
    """The user's decks, newest first, in pages."""

    template_name = "pages/decks.html"


class DeckView(LoginRequiredMixin, TemplateView):
    """One deck with its cards; somebody else's is not found."""

    template_name = "pages/deck.html"
