"""Forms of the sign-in and sign-up pages."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm

NAME_TAKEN = "This name is taken. Choose another, or sign in if it is yours."


class _Styled:
    """Gives every field the class that static/css/components.css styles."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"


class SignInForm(_Styled, AuthenticationForm):
    """Django's own check, in our words: one sentence that does not tell which of the two was wrong."""

    error_messages: ClassVar[dict[str, str]] = {
        "invalid_login": "This name and password do not belong together. Check both; capital letters count in the password.",
        "inactive": "This account is switched off. Ask whoever runs this server.",
    }


class SignUpForm(_Styled, UserCreationForm):
    """A name and one password, which the page can show while it is typed; Django's validators judge it."""

    password2 = None

    class Meta(UserCreationForm.Meta):
        help_texts: ClassVar[dict[str, str]] = {"username": "Letters, digits and @ . + - _"}
        error_messages: ClassVar = {"username": {"unique": NAME_TAKEN}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
        self.fields["password1"].help_text = "At least 8 characters; no common word, not digits alone, not like your name."

    def validate_password_for_user(self, user: AbstractBaseUser, **kwargs: Any) -> None:
        super().validate_password_for_user(user, "password1")  # Django looks at the repeated field, which is not here
