"""The test users: Alice, who owns the objects, and everyone who must not have access to them.

Each of them has a token and a cookie where possible.
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

NO_PASSWORD = None  # an unusable password, which costs no hashing and is different each time


@dataclass
class Knocker:
    """A test user with one means of authentication.

    `means` is `bearer` for a token, `cookie` for the cookie of a browser, or `nothing`.
    """

    name: str
    means: str
    headers: dict[str, str] = field(default_factory=dict)

    def handshake(
        self,
        client: Client,
        method: str,
        address: str,
        body: str | bytes,
        accept: str,
        media: str = "application/json",
    ) -> HttpResponseBase:
        """Send a request with the test user's headers and no cookies of earlier responses.

        All test users share one client, because each client creates its own middleware.
        """
        client.cookies.clear()
        headers = self.headers | {"accept": accept}
        if method == "GET":
            return client.get(address, headers=headers)
        return client.generic(method, address, body, content_type=media, headers=headers)


def person(name: str, **members: Any) -> User:
    return User.objects.create(username=name, password=make_password(NO_PASSWORD), **members)


def knockers(client: Client, alice: User) -> list[Knocker]:
    """Return all test users.

    All of them are valid when their tokens and cookies are created. Afterwards, one user's password
    is changed and another user is disabled.
    """
    charlie, revoked, disabled, leaver = (
        person(name) for name in ("charlie", "revoked", "disabled", "leaver")
    )
    staff, support = person("staff", is_staff=True), person("support", is_staff=True)
    support.groups.add(Group.objects.get(name=SUPPORT))
    everybody = [
        Knocker("nobody", "nothing"),
        Knocker("expired", "bearer", bearer(expired_token(alice))),
        Knocker("refresh", "bearer", bearer(RefreshToken.for_user(alice))),
        Knocker("signed out", "cookie", signed_out(client, leaver)),
        *(
            knocker
            for user in (alice, charlie, revoked, disabled, staff, support)
            for knocker in both(client, user)
        ),
    ]
    User.objects.filter(pk=revoked.pk).update(password=make_password(NO_PASSWORD))
    User.objects.filter(pk=disabled.pk).update(is_active=False)
    return everybody


def both(client: Client, user: User) -> Iterator[Knocker]:
    yield Knocker(user.username, "bearer", bearer(AccessToken.for_user(user)))
    yield Knocker(user.username, "cookie", cookie(client, user))


def bearer(token: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def cookie(client: Client, user: User) -> dict[str, str]:
    client.cookies.clear()
    client.force_login(user)
    return {"cookie": f"sessionid={client.cookies['sessionid'].value}"}


def expired_token(user: User) -> AccessToken:
    token = AccessToken.for_user(user)
    token.set_exp(lifetime=-timedelta(minutes=1))
    return token


def signed_out(client: Client, user: User) -> dict[str, str]:
    """Sign in and out, and return the header with the invalidated cookie."""
    shown = cookie(client, user)
    assert client.post("/sign-out").status_code == 302
    return shown
