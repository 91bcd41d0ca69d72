"""The Content Security Policy is on every page, and no page contains anything that violates it."""

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import path

from mindflip.urls import urlpatterns as all_addresses
from tests.helpers.routes import http_routes
from tests.permissions.matrix import ROWS
from tests.permissions.users import Knocker, cookie, person

pytestmark = pytest.mark.django_db
# These scripts are data. An import map has the page's nonce.
DATA = ("importmap", "application/json")
WANTED = ("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'")
LOOSE = ("'unsafe-inline'", "'unsafe-eval'", "'strict-dynamic'")
LURES = ("javascript:", "data:")
ERRORS = {"/nowhere": 404, "/decks/nowhere": 404, "/api/nowhere": 404, "/sign-out": 405}


def policy_faults(response: Any) -> list[str]:
    """Return what is missing from a response's policy, and what it or the page must not contain.

    Only HTML pages are searched for inline code.
    """
    policy = response.headers.get("Content-Security-Policy", "")
    faults = [f"{wanted} is missing" for wanted in WANTED if wanted not in policy]
    faults += [f"{loose} is there" for loose in LOOSE if loose in policy]
    is_page = (
        response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
    )
    return faults + (inline_faults(response.content.decode()) if is_page else [])


def inline_faults(html: str) -> list[str]:
    page = BeautifulSoup(html, "html.parser")
    scripts = [tag for tag in page("script") if not tag.get("src") and tag.get("type") not in DATA]
    styled = [tag for tag in page(True) if tag.name == "style" or tag.get("style") is not None]
    handlers = [tag for tag in page(True) if any(re.match("on[a-z]+$", name) for name in tag.attrs)]
    lures = [
        tag
        for tag in page(True)
        if str(tag.get("href") or tag.get("action") or "").strip().lower().startswith(LURES)
    ]
    return [str(tag)[:120] for tag in (*scripts, *styled, *handlers, *lures)]


def walked(world: Any, knocker: Knocker, names: list[str]) -> dict[str, list[str]]:
    """Return the faults of each route that has any, requested as a browser would."""
    ids = world.things.ids | {
        "object_id": world.things.ids["session_id"],
        "id": str(world.things.owner.pk),
    }
    addresses = {
        name: http_routes()[name].address(ids) + (ROWS[name].query if name in ROWS else "")
        for name in names
    }
    results = {
        name: policy_faults(knocker.handshake(world.client, "GET", address, "", "text/html"))
        for name, address in addresses.items()
    }
    return {name: faults for name, faults in results.items() if faults}


def test_every_page_and_call_of_a_user(world):
    alice = next(
        knocker
        for knocker in world.everybody
        if knocker.name == "alice" and knocker.means == "cookie"
    )
    assert (
        walked(world, alice, [name for name in http_routes() if not name.startswith("admin:")])
        == {}
    )


def test_every_page_of_a_stranger(world):
    assert walked(world, Knocker("nobody", "nothing"), list(ROWS)) == {}


def test_every_page_of_the_admin(world):
    operator = person("operator", is_staff=True, is_superuser=True)
    shown = [
        name
        for name in http_routes()
        if name.startswith("admin:") and not name.startswith("admin:admin/")
    ]
    assert walked(world, Knocker("operator", "cookie", cookie(world.client, operator)), shown) == {}


def broken(request: Any) -> None:
    raise ZeroDivisionError


urlpatterns = [path("broken", broken), path("api/broken", broken), *all_addresses]
handler400, handler404, handler500 = (
    "mindflip.errors.bad_request",
    "mindflip.errors.not_found",
    "mindflip.errors.server_error",
)


def test_every_page_of_an_error(settings, client):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    settings.ROOT_URLCONF = __name__
    answers = {address: client.get(address) for address in (*ERRORS, "/broken", "/api/broken")}
    assert {address: answer.status_code for address, answer in answers.items()} == ERRORS | {
        "/broken": 500,
        "/api/broken": 500,
    }
    refused = [client.post("/sign-in", {}), client.get("/", headers={"host": "evil.example"})]
    assert [answer.status_code for answer in refused] == [403, 400]
    assert [policy_faults(answer) for answer in (*answers.values(), *refused)] == [[]] * (
        len(answers) + 2
    )
