"""Who knocks: Alice, whose things they are, and everybody who must not have them, with a token and
a cookie each as far as they go.
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

NO_PASSWORD = None  # an unusable one, which costs no hashing and is different each time


@dataclass
class Knocker:
    """Somebody with one way to say who he is: a bearer token, or the cookie of a browser, or
    nothing. `means` names it.
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
        """Through a client that is everybody's, because each makes its middleware anew; what it was
        told last is forgotten.
        """
        client.cookies.clear()
        headers = self.headers | {"accept": accept}
        if method == "GET":
            return client.get(address, headers=headers)
        return client.generic(method, address, body, content_type=media, headers=headers)


def person(name: str, **members: Any) -> User:
    return User.objects.create(username=name, password=make_password(NO_PASSWORD), **members)


def knockers(client: Client, alice: User) -> list[Knocker]:
    """All of them, made while their users were as they should be; then some are revoked or
    disabled.
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
    """A browser that went out by the door, and still shows its old cookie."""
    shown = cookie(client, user)
    assert client.post("/sign-out").status_code == 302
    return shown
