"""The test users: Alice, who owns the objects, and users who must not have access to them.

Each of them sends requests with a token and with a cookie, if possible.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.http import HttpResponseBase
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from sessions_app.admin.base.list import SUPPORT

NO_PASSWORD = None  # creates an unusable password, which is not hashed and is different each time


@dataclass
class Identity:
    """A test user with one means of authentication.

    `authentication` is `bearer` for a token, `cookie` for the cookie of a browser, or `none`.
    """

    name: str
    authentication: str
    headers: dict[str, str] = field(default_factory=dict)

    def request(
        self,
        client: Client,
        method: str,
        address: str,
        body: str | bytes,
        accept: str,
        media_type: str = "application/json",
    ) -> HttpResponseBase:
        """Send a request with the test user's headers and no cookies of earlier responses.

        All test users share one client, because each client creates its own middleware.
        """
        client.cookies.clear()
        headers = self.headers | {"accept": accept}
        if method == "GET":
            return client.get(address, headers=headers)
        return client.generic(method, address, body, content_type=media_type, headers=headers)


def make_user(name: str, **fields: Any) -> User:
    return User.objects.create(username=name, password=make_password(NO_PASSWORD), **fields)


def create_identities(client: Client, alice: User) -> list[Identity]:
    """Create the other test users, and return all test users with each means of authentication.

    Tokens and cookies are created first. Afterwards, the password of `revoked` is changed and the
    account of `disabled` is disabled.
    """
    charlie, revoked, disabled, signed_out_user = (
        make_user(name) for name in ("charlie", "revoked", "disabled", "signed-out")
    )
    staff, support = make_user("staff", is_staff=True), make_user("support", is_staff=True)
    support.groups.add(Group.objects.get(name=SUPPORT))
    identities = [
        Identity("anonymous", "none"),
        Identity("expired", "bearer", bearer_headers(expired_token(alice))),
        Identity("refresh", "bearer", bearer_headers(RefreshToken.for_user(alice))),
        Identity("signed out", "cookie", signed_out_headers(client, signed_out_user)),
        *(
            identity
            for user in (alice, charlie, revoked, disabled, staff, support)
            for identity in bearer_and_cookie(client, user)
        ),
    ]
    User.objects.filter(pk=revoked.pk).update(password=make_password(NO_PASSWORD))
    User.objects.filter(pk=disabled.pk).update(is_active=False)
    return identities


def bearer_and_cookie(client: Client, user: User) -> Iterator[Identity]:
    yield Identity(user.username, "bearer", bearer_headers(AccessToken.for_user(user)))
    yield Identity(user.username, "cookie", cookie_headers(client, user))


def bearer_headers(token: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def cookie_headers(client: Client, user: User) -> dict[str, str]:
    client.cookies.clear()
    client.force_login(user)
    return {"cookie": f"sessionid={client.cookies['sessionid'].value}"}


def expired_token(user: User) -> AccessToken:
    token = AccessToken.for_user(user)
    token.set_exp(lifetime=-timedelta(minutes=1))
    return token


def signed_out_headers(client: Client, user: User) -> dict[str, str]:
    """Sign in and out, and return the header with the invalidated cookie."""
    headers = cookie_headers(client, user)
    assert client.post("/sign-out").status_code == 302
    return headers
