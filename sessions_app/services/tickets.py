"""Tickets: what opens a socket. Signed, bound to one session and one user, and good for as long as the session lives."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

SALT = "sessions_app.ticket"


@dataclass(frozen=True)
class Ticket:
    session_id: UUID
    user_id: int


def ticket_issue(*, session_id: UUID, user_id: int) -> str:
    """The ticket as it stands in a wsUrl. It ends with its session; there is no other expiry."""
    return signing.dumps([session_id.hex, user_id], salt=SALT)


def ticket_read(ticket: str) -> Ticket | None:
    """What the ticket was issued for, or None for anything we did not sign."""
    try:
        session_hex, user_id = signing.loads(ticket, salt=SALT)
        return Ticket(UUID(hex=session_hex), int(user_id))
    except (signing.BadSignature, ValueError, TypeError):
        return None
