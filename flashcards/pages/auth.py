"""The start page, and the pages to sign in, sign up and sign out."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.contrib.auth.views import LoginView, LogoutView, RedirectURLMixin
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from django.views.generic import FormView, TemplateView

from flashcards.services.drafts import drafts_for_user
from sessions_app.exceptions import Invalid
from sessions_app.rest.throttling import RegisterThrottle, rate_limited_page
from sessions_app.services.accounts import account_create

NAME_TAKEN = gettext_lazy("This name is taken. Choose another, or sign in if it is yours.")
EXAMPLE = {
    "front": gettext_lazy("What do plants make out of light, water and carbon dioxide?"),
    "back": gettext_lazy("Sugar, and oxygen on the side: photosynthesis."),
}


class _Styled:
    """Adds the class `input`, which static/css/components.css styles, to every field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"


class SignInForm(_Styled, AuthenticationForm):
    """Django's form for signing in, with our own messages.

    The message does not reveal whether the username or the password was wrong.
    """

    error_messages: ClassVar[dict[str, str | Promise]] = {
        "invalid_login": gettext_lazy(
            "This name and password do not belong together. Check both; capital letters count in"
            " the password."
        ),
        "inactive": gettext_lazy("This account is switched off. Ask whoever runs this server."),
    }


class SignUpForm(_Styled, UserCreationForm):
    """The form for signing up, with a username and one password.

    The password does not have to be repeated, because the page can show it while it is typed.
    Django's validators check it.
    """

    password2 = None

    class Meta(UserCreationForm.Meta):
        help_texts: ClassVar[dict[str, str | Promise]] = {
            "username": gettext_lazy("Letters, digits and @ . + - _")
        }
        error_messages: ClassVar = {"username": {"unique": NAME_TAKEN}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
        self.fields["password1"].help_text = gettext(
            "At least 8 characters; no common word, not digits alone, not like your name."
        )

    def validate_password_for_user(self, user: AbstractBaseUser, **kwargs: Any) -> None:
        # Django checks the repeated password, which this form does not have.
        super().validate_password_for_user(user, "password1")


class HomeView(TemplateView):
    """The welcome page or, for users who are signed in, the page to make flashcards."""

    extra_context: ClassVar = {"example": EXAMPLE}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        drafts = drafts_for_user(user).count() if user.is_authenticated else 0
        days = settings.DRAFT_RETENTION_DAYS
        return super().get_context_data(drafts=drafts, days=days, **kwargs)

    def get_template_names(self) -> list[str]:
        return ["pages/make.html" if self.request.user.is_authenticated else "pages/welcome.html"]


FORM_METHODS = ["get", "post", "head", "options"]  # Django's form views also accept PUT


class SignInView(LoginView):
    """Signs the user in, and redirects to `next` or to the home page.

    `next` is ignored unless it is a URL of this site.
    """

    http_method_names = FORM_METHODS

    template_name = "pages/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignUpView(RedirectURLMixin, FormView):
    """The sign-up page. A new user is signed in and redirected as on the sign-in page."""

    http_method_names = FORM_METHODS
    template_name = "pages/sign_up.html"
    form_class = SignUpForm
    next_page = "home"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        seconds = RegisterThrottle().page_wait(request)
        return (
            rate_limited_page(request, "pages/sign_up_throttled.html", seconds)
            if seconds
            else super().post(request, *args, **kwargs)
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), **kwargs)

    def form_valid(self, form: SignUpForm) -> HttpResponseBase:
        try:
            user = account_create(
                username=form.cleaned_data["username"], password=form.cleaned_data["password1"]
            )
        except Invalid:
            form.add_error("username", NAME_TAKEN)
            return self.form_invalid(form)
        login(self.request, user, backend="django.contrib.auth.backends.ModelBackend")
        return super().form_valid(form)


class SignOutView(LogoutView):
    """Accepts only POST, so that no link or image on another site can sign the user out."""
