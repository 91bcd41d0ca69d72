"""A user's own account: created, shown, given another password, signed out everywhere, erased."""

from datetime import datetime

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from msgspec import Struct

from sessions_app.exceptions import Invalid
from sessions_app.services.erasure import account_erase
from sessions_app.services.personal_data import registered


class AccountShape(Struct, rename="camel", frozen=True):
    """`kept` counts what there is of each kind.

    Without a password (`has_password`) the username is what confirms.
    """

    username: str
    email: str
    has_password: bool
    joined_at: datetime
    kept: dict[str, int]


def account_create(*, username: str, password: str, email: str = "") -> User:
    """Create a user. Raise Invalid (field `username`) when another request took the name after it
    was validated.
    """
    user = User(
        username=User.normalize_username(username), email=User.objects.normalize_email(email)
    )
    # before the transaction, which would hold a connection while the password is hashed
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        message = str(User._meta.get_field("username").error_messages["unique"])
        raise Invalid(f"username: {message}", fields={"username": [message]}) from None
    return user


def account_shape(user: User) -> AccountShape:
    counts = {name: count for data in registered() for name, count in data.counts(user).items()}
    return AccountShape(
        user.username, user.email, user.has_usable_password(), user.date_joined, counts
    )


def account_password(*, user: User, password: str, new_password: str) -> None:
    """Another password; every token, ticket and sign-in of the old one ends with it.

    Raises Invalid, naming the field.
    """
    _check(user, password)
    try:
        validate_password(new_password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), fields={"newPassword": error.messages}) from None
    user.set_password(new_password)
    user.save(update_fields=["password"])


def account_sign_out(*, user: User, password: str) -> None:
    """End every token, ticket, socket and sign-in: they hang on how the password is stored, and
    that is made anew. Raises Invalid.
    """
    _check(user, password)
    if user.has_usable_password():
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save(update_fields=["password"])


def account_delete(*, user: User, password: str, now: datetime) -> bool:
    """As `account_erase`, for who can show the password. Raises Invalid and Conflict."""
    _check(user, password)
    return account_erase(user=user, now=now)


def _check(user: User, password: str) -> None:
    """Who has no password types the username."""
    if not user.has_usable_password():
        if password == user.username:
            return
        message = "This is not your username. Type it to confirm."
    elif user.check_password(password):
        return
    else:
        message = "This is not your password. Capital letters count."
    raise Invalid(message, fields={"password": [message]})
