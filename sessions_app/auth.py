"""Who may open a socket: a ticket or a bearer token, from an allowed origin. One function, in the order of the contract."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken

from sessions_app.exceptions import SocketRefused
from sessions_app.services.tickets import ticket_read


@dataclass(frozen=True)
class Knock:
    """What came with the request for a socket; absent headers are empty strings. `last_seq` is the last number that a client of
    `mindflip.v1` heard on an earlier socket."""

    session_id: UUID
    ticket: str
    origin: str
    host: str
    authorization: str
    last_seq: int | None = None


def socket_user_id(knock: Knock) -> int:
    """The id of the user this socket is for. Raises SocketRefused: 4403 for the origin or a disabled user, 4401 otherwise."""
    if knock.origin and not origin_is_allowed(knock.origin, knock.host):
        raise SocketRefused(f"Pages of {knock.origin[:200]} may not connect here.", close_code=4403, code="forbidden_origin")
    user_id = _bearer_user(knock.authorization) if knock.authorization else _ticket_user(knock)
    if user_id is None:
        raise SocketRefused("No valid ticket: ask POST /api/webllm/session/{id}/ticket for one.", close_code=4401, code="unauthorized")
    is_active = get_user_model().objects.filter(pk=user_id).values_list("is_active", flat=True).first()
    if is_active is None:
        raise SocketRefused("There is no such user any more.", close_code=4401, code="unauthorized")
    if not is_active:
        raise SocketRefused("This account is disabled.", close_code=4403, code="disabled")
    return user_id


def origin_is_allowed(origin: str, host: str) -> bool:
    """The server's own pages, the configured origins, and in a private run any port of this machine.

    A request without Origin comes from no browser (browsers always send it), so nothing is forged and it is not asked here.
    """
    if origin in settings.MINDFLIP_ORIGINS:
        return True
    if settings.IS_PRIVATE and re.fullmatch(settings.LOCALHOST_ORIGIN, origin):
        return True
    return urlsplit(origin).scheme in {"http", "https"} and urlsplit(origin).netloc == host and bool(host)


def _ticket_user(knock: Knock) -> int | None:
    ticket = ticket_read(knock.ticket)
    return ticket.user_id if ticket and ticket.session_id == knock.session_id else None


def _bearer_user(authorization: str) -> int | None:
    scheme, _, token = authorization.partition(" ")
    try:
        return int(JWTAuthentication().get_validated_token(token.encode())["user_id"]) if scheme.lower() == "bearer" else None
    except (InvalidToken, KeyError, ValueError):
        return None


def knock_of(scope: Mapping) -> Knock:
    """Read the headers and the query of an ASGI scope; anything undecodable counts as absent."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    tickets = re.findall(r"(?:^|&)ticket=([^&]*)", query)
    numbers = re.findall(r"(?:^|&)lastSeq=([0-9]{1,18})(?=&|$)", query)
    return Knock(
        session_id=scope["url_route"]["kwargs"]["session_id"],
        ticket=tickets[0] if tickets else "",
        origin=headers.get("origin", ""),
        host=headers.get("host", ""),
        authorization=headers.get("authorization", ""),
        last_seq=int(numbers[0]) if numbers else None,
    )
