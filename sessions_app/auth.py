"""Authentication of sockets, by a ticket or a bearer token from an allowed origin.

Cookies do not authenticate sockets. Browsers send them with requests from any page, so cookies
would require an Origin header. Tickets and tokens do not, because only their owners can send them.
Sockets without an Origin are accepted, because non-browser clients do not send one.
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
from django.utils.translation import gettext
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.utils import get_md5_hash_password

from sessions_app.exceptions import SocketRejected
from sessions_app.services.tickets import ticket_user


@dataclass(frozen=True)
class Handshake:
    """The data of a socket's opening request; missing headers are empty strings.

    `last_seq` is the last number that a client of `mindflip.v1` received on an earlier socket.
    """

    session_id: UUID
    ticket: str
    origin: str
    host: str
    authorization: str
    last_seq: int | None = None


def socket_user(handshake: Handshake) -> User:
    """Return the user of a new socket.

    Raise SocketRejected with 4403 if the host or the origin is not allowed or the user is disabled,
    and with 4401 if the ticket or token is missing or invalid.
    """
    if not host_is_ours(handshake.host):
        raise SocketRejected(
            gettext("This server does not go by that name: use the wsUrl it gave."),
            close_code=4403,
            code="forbidden_host",
        )
    if handshake.origin and not origin_is_allowed(handshake.origin, handshake.host):
        raise SocketRejected(
            gettext("Pages of %(origin)s may not connect here.")
            % {"origin": handshake.origin[:200]},
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
            gettext("No valid ticket: ask POST /api/webllm/session/{id}/ticket for one."),
            close_code=4401,
            code="unauthorized",
        )
    refuse_disabled(user)
    return user


def refuse_disabled(user: User) -> None:
    """Raise SocketRejected (4403) if the user's account is disabled.

    This is checked when a socket is opened, at every heartbeat, and when its user changes.
    """
    if not user.is_active:
        raise SocketRejected(gettext("This account is disabled."), close_code=4403, code="disabled")


def host_is_ours(host: str) -> bool:
    """Return whether a Host header has one of this server's names.

    Django only checks the hosts of HTTP requests. Without this check, sockets could be opened
    through a foreign domain that points to this machine.
    """
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def origin_is_allowed(origin: str, host: str) -> bool:
    """Return whether pages of an origin may open sockets.

    The server's own origin and the configured origins are allowed and, on a private server, any
    port of this machine. If the server uses HTTPS, http pages of the same host are not allowed,
    because an attacker in the network can forge them.
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
    """Return the user of a valid access token, or None.

    A token is invalid after it expires or the user's password changes. The user may be disabled.
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
    """Issues new tokens for a refresh token, after checking that its user may still use it.

    Simple JWT's serializer issues tokens that are not accepted if the password has changed, and
    fails if the user was deleted.
    """

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        JWTAuthentication().get_user(self.token_class(attrs["refresh"]))
        return super().validate(attrs)


def handshake_from_scope(scope: Mapping) -> Handshake:
    """Return the handshake in an ASGI scope.

    The query is percent-decoded. If a parameter is repeated, its first value counts.
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
