"""Who knocks: Alice, whose things they are, and everybody who must not have them, with a token and a cookie each as far as they go."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.http import HttpResponseBase
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from sessions_app.operators.roles import SUPPORT

NO_PASSWORD = None  # an unusable one, which costs no hashing and is different each time


@dataclass
class Knocker:
    """Somebody with one way to say who he is: a bearer token, or the cookie of a browser, or nothing."""

    name: str
    means: str
    client: Client

    def knock(self, method: str, address: str, body: Any = None, accept: str = "application/json") -> HttpResponseBase:
        if method == "GET":
            return self.client.get(address, headers={"accept": accept})
        return self.client.generic(method, address, body, content_type="application/json", headers={"accept": accept})


def person(name: str, **members: Any) -> User:
    return User.objects.create(username=name, password=make_password(NO_PASSWORD), **members)


def knockers(alice: User) -> list[Knocker]:
    """All of them, made while their users were as they should be; then some are revoked or disabled."""
    charlie, revoked, disabled, leaver = (person(name) for name in ("charlie", "revoked", "disabled", "leaver"))
    staff, support = person("staff", is_staff=True), person("support", is_staff=True)
    support.groups.add(Group.objects.get(name=SUPPORT))
    everybody = [
        Knocker("nobody", "nothing", Client()),
        Knocker("expired", "bearer", bearer(expired_token(alice))),
        Knocker("refresh", "bearer", bearer(RefreshToken.for_user(alice))),
        Knocker("signed out", "cookie", signed_out(leaver)),
        *(knocker for user in (alice, charlie, revoked, disabled, staff, support) for knocker in both(user)),
    ]
    User.objects.filter(pk=revoked.pk).update(password=make_password(NO_PASSWORD))
    User.objects.filter(pk=disabled.pk).update(is_active=False)
    return everybody


def both(user: User) -> Iterator[Knocker]:
    browser = Client()
    browser.force_login(user)
    yield Knocker(user.username, "bearer", bearer(AccessToken.for_user(user)))
    yield Knocker(user.username, "cookie", showing(browser.cookies["sessionid"].value))


def bearer(token: Any) -> Client:
    return Client(headers={"authorization": f"Bearer {token}"})


def expired_token(user: User) -> AccessToken:
    token = AccessToken.for_user(user)
    token.set_exp(lifetime=-timedelta(minutes=1))
    return token


def signed_out(user: User) -> Client:
    """A browser that went through the door to the outside, and still shows its old cookie."""
    browser = Client()
    browser.force_login(user)
    cookie = browser.cookies["sessionid"].value
    assert browser.post("/sign-out").status_code == 302
    return showing(cookie)


def showing(cookie: str) -> Client:
    """A browser that shows the same cookie always, whatever it is told."""
    return Client(headers={"cookie": f"sessionid={cookie}"})


def unknown_ids() -> dict[str, str]:
    """For things that are there for nobody."""
    return dict.fromkeys(("session_id", "generation_id", "deck_id", "card_id", "import_id", "review_id"), str(uuid4()))
