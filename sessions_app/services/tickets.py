"""Tickets, which clients use to open sockets.

A ticket is signed and bound to one session, one user and the user's password. It is valid for as
long as the session is alive and the password is unchanged.
"""

from uuid import UUID

from django.contrib.auth.models import User
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "sessions_app.ticket"
KEY_LENGTH = 16


def ticket_issue(*, session_id: UUID, user: User) -> str:
    """Return a ticket for the `wsUrl` of a session.

    It becomes invalid when the session ends or the password changes, and has no other expiry.
    """
    return signing.dumps([session_id.hex, user.pk, password_key(user)], salt=SALT)


def ticket_user(ticket: str, *, session_id: UUID) -> User | None:
    """Return the user to whom the ticket was issued for this session, disabled or not.

    Return None if the ticket is invalid or outdated.
    """
    try:
        session_hex, user_id, key = signing.loads(ticket, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=user_id).first() if session_hex == session_id.hex else None
    return user if user and constant_time_compare(key, password_key(user)) else None


def password_key(user: User) -> str:
    """Return a key that changes with the user's password and does not reveal it.

    Tickets and open sockets with an older key are rejected.
    """
    return salted_hmac(SALT, user.password, algorithm="sha256").hexdigest()[:KEY_LENGTH]
