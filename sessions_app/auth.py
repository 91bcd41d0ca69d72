"""Who may open a socket: a ticket or a bearer token, from an allowed origin.

One function, in the order of the contract.

A cookie opens no socket. It is the one thing that a browser sends for whichever page asks, so an
Origin is needed only where a cookie speaks for its user; a ticket or a token has to be held.
Programs hold them and send no Origin, so its absence passes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.http.request import split_domain_port, validate_host
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.utils import get_md5_hash_password

from sessions_app.exceptions import SocketRejected
from sessions_app.services.tickets import ticket_user


@dataclass(frozen=True)
class Handshake:
    """What came with the request for a socket; absent headers are empty strings.

    `last_seq` is the last number that a client of `mindflip.v1` heard on an earlier socket.
    """

    session_id: UUID
    ticket: str
    origin: str
    host: str
    authorization: str
    last_seq: int | None = None


def socket_user(handshake: Handshake) -> User:
    """The user this socket is for.

    Raises SocketRejected: 4403 for the host, the origin or a disabled user, 4401 otherwise.
    """
    if not host_is_ours(handshake.host):
        raise SocketRejected(
            "This server does not go by that name: use the wsUrl it gave.",
            close_code=4403,
            code="forbidden_host",
        )
    if handshake.origin and not origin_is_allowed(handshake.origin, handshake.host):
        raise SocketRejected(
            f"Pages of {handshake.origin[:200]} may not connect here.",
            close_code=4403,
            code="forbidden_origin",
        )
    user = (
        _bearer_user(handshake.authorization)
        if handshake.authorization
        else ticket_user(handshake.ticket, session_id=handshake.session_id)
    )
    if user is None:
        raise SocketRejected(
            "No valid ticket: ask POST /api/webllm/session/{id}/ticket for one.",
            close_code=4401,
            code="unauthorized",
        )
    refuse_disabled(user)
    return user


def refuse_disabled(user: User) -> None:
    """Raises SocketRejected (4403) when the account was disabled, before the socket was opened or
    while it was held.
    """
    if not user.is_active:
        raise SocketRejected("This account is disabled.", close_code=4403, code="disabled")


def host_is_ours(host: str) -> bool:
    """Django looks at the Host of requests only; a name that somebody else points at this machine
    must not open sockets either.
    """
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def origin_is_allowed(origin: str, host: str) -> bool:
    """The server's own pages, the configured origins, and in a private run any port of this
    machine.

    Under HTTPS an http page of our own name is a stranger: whoever sits in the network can write
    it.
    """
    if origin in settings.ALLOWED_ORIGINS:
        return True
    if settings.IS_PRIVATE and re.fullmatch(settings.LOCALHOST_ORIGIN, origin):
        return True
    parts = urlsplit(origin)
    return (
        parts.scheme in ({"https"} if settings.IS_HTTPS else {"http", "https"})
        and parts.netloc == host
    )


def _bearer_user(authorization: str) -> User | None:
    """The user of an access token that is neither expired nor revoked by a change of the password,
    disabled or not.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        claims = JWTAuthentication().get_validated_token(token.encode())
    except InvalidToken:
        return None
    user = User.objects.filter(pk=claims[api_settings.USER_ID_CLAIM]).first()
    return (
        user
        if user
        and claims.get(api_settings.REVOKE_TOKEN_CLAIM) == get_md5_hash_password(user.password)
        else None
    )


class RefreshSerializer(TokenRefreshSerializer):
    """Simple JWT's own would hand out tokens that nobody accepts after a change of the password,
    and fall over a deleted user.
    """

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        JWTAuthentication().get_user(self.token_class(attrs["refresh"]))
        return super().validate(attrs)


def handshake_from_scope(scope: Mapping) -> Handshake:
    """Return the headers and the percent-decoded query of an ASGI scope; of a repeated parameter
    the first value counts.
    """
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(reversed(parse_qsl(scope["query_string"].decode("latin-1"))))
    last_seq = query.get("lastSeq", "")
    return Handshake(
        session_id=scope["url_route"]["kwargs"]["session_id"],
        ticket=query.get("ticket", ""),
        origin=headers.get("origin", ""),
        host=headers.get("host", ""),
        authorization=headers.get("authorization", ""),
        last_seq=int(last_seq) if re.fullmatch(r"[0-9]{1,18}", last_seq) else None,
    )
