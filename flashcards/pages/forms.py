"""Forms of the sign-in and sign-up pages."""

from django.contrib.auth.forms import AuthenticationForm, UserCreationForm


class SignInForm(AuthenticationForm):
    """Django's own check, in our words: one sentence that does not tell which of the two was wrong."""

    error_messages = {
        "invalid_login": "This name and password do not belong together. Check both; capital letters count in the password.",
        "inactive": "This account is switched off. Ask whoever runs this server.",
    }


class SignUpForm(UserCreationForm):
    """A name and one password, which the page can show while it is typed; Django's validators judge it."""

    password2 = None
