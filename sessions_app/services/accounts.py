"""A user's own account: creation, password, sign-out everywhere, and deletion."""

from datetime import datetime

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from msgspec import Struct

from sessions_app.exceptions import Invalid
from sessions_app.services.erasure import account_erase
from sessions_app.services.personal_data import registered


class AccountShape(Struct, rename="camel", frozen=True):
    """The caller's account.

    `kept` has the number of stored objects of each kind. If `hasPassword` is false, send the
    username as the `password` of requests that require confirmation.
    """

    username: str
    email: str
    has_password: bool
    joined_at: datetime
    kept: dict[str, int]


def account_create(*, username: str, password: str, email: str = "") -> User:
    """Create a user.

    Raise Invalid (field `username`) if another request took the name after it was validated.
    """
    user = User(
        username=User.normalize_username(username), email=User.objects.normalize_email(email)
    )
    # Hash the password before the transaction, which would hold a connection in the meantime.
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        message = str(User._meta.get_field("username").error_messages["unique"])
        named = f"username: {message}"  # untranslated: the name of a field
        raise Invalid(named, fields={"username": [message]}) from None
    return user


def account_shape(user: User) -> AccountShape:
    counts = {name: count for data in registered() for name, count in data.counts(user).items()}
    return AccountShape(
        user.username, user.email, user.has_usable_password(), user.date_joined, counts
    )


def account_password(*, user: User, password: str, new_password: str) -> None:
    """Change the password, and end every token, ticket and sign-in of the old one.

    Raise Invalid, which names the field, if the current password is wrong or the new one is not
    acceptable.
    """
    _check(user, password)
    try:
        validate_password(new_password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), fields={"newPassword": error.messages}) from None
    user.set_password(new_password)
    user.save(update_fields=["password"])


def account_sign_out(*, user: User, password: str) -> None:
    """End every token, ticket, socket and sign-in of the user.

    They all depend on the stored hash, so the same password is hashed again. Raise Invalid if the
    password is wrong.
    """
    _check(user, password)
    if user.has_usable_password():
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save(update_fields=["password"])


def account_delete(*, user: User, password: str, now: datetime) -> bool:
    """Check the password, and delete the account (see `account_erase`).

    Raise Invalid if the password is wrong, and Conflict if the user is the last admin.
    """
    _check(user, password)
    return account_erase(user=user, now=now)


def _check(user: User, password: str) -> None:
    """Raise Invalid if the password is wrong.

    A user without a password must enter the username instead.
    """
    if not user.has_usable_password():
        if password == user.username:
            return
        message = gettext("This is not your username. Type it to confirm.")
    elif user.check_password(password):
        return
    else:
        message = gettext("This is not your password. Capital letters count.")
    raise Invalid(message, fields={"password": [message]})
