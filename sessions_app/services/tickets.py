"""Tickets: what opens a socket.

Signed, bound to one session, one user and his password, good for as long as the session lives.
"""

from uuid import UUID

from django.contrib.auth.models import User
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "sessions_app.ticket"
KEY_LENGTH = 16


def ticket_issue(*, session_id: UUID, user: User) -> str:
    """The ticket as it stands in a wsUrl.

    It ends with its session or a new password; there is no other expiry.
    """
    return signing.dumps([session_id.hex, user.pk, password_key(user)], salt=SALT)


def ticket_user(ticket: str, *, session_id: UUID) -> User | None:
    """The user, disabled or not, whom the ticket was issued to for this session; None for anything
    else or outdated.
    """
    try:
        session_hex, user_id, key = signing.loads(ticket, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=user_id).first() if session_hex == session_id.hex else None
    return user if user and constant_time_compare(key, password_key(user)) else None


def password_key(user: User) -> str:
    """Changes with the user's password and tells nothing of it: who holds the old one has been
    signed out.
    """
    return salted_hmac(SALT, user.password, algorithm="sha256").hexdigest()[:KEY_LENGTH]
