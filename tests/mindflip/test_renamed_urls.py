"""Addresses of the previous version: each responds with 308 and the new address."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from mindflip import legacy_urls
from mindflip.embedded.run import ROOT
from tests.helpers.routes import http_routes

ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
API = "/api/flashcards"
# Each entry has the method, the old address and the new address.
MOVED = [
    ("GET", "/decks/bin", "/decks/trash"),
    ("GET", f"{API}/bin", f"{API}/trash"),
    ("DELETE", f"{API}/bin", f"{API}/trash"),
    ("GET", f"{API}/bin/decks", f"{API}/trash/decks"),
    ("DELETE", f"{API}/bin/decks/{ID}", f"{API}/trash/decks/{ID}"),
    ("GET", f"{API}/bin/cards", f"{API}/trash/cards"),
    ("DELETE", f"{API}/bin/cards/{ID}", f"{API}/trash/cards/{ID}"),
    ("POST", f"{API}/cards/move", f"{API}/cards/bulk-move"),
    ("POST", f"{API}/cards/tag", f"{API}/cards/bulk-tag"),
    ("POST", f"{API}/cards/delete", f"{API}/cards/bulk-delete"),
    ("POST", f"{API}/cards/restore", f"{API}/cards/bulk-restore"),
    ("GET", "/admin/flashcards/kepttwins/", "/admin/flashcards/ignoredduplicate/"),
    (
        "GET",
        "/admin/flashcards/kepttwins/7/change/",
        "/admin/flashcards/ignoredduplicate/7/change/",
    ),
]
OTHER_METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH")


@pytest.fixture
def api(alice: User) -> APIClient:
    client = APIClient(HTTP_HOST="localhost")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(alice)}")
    return client


@pytest.fixture
def make_deck(api: APIClient) -> Callable[..., dict[str, Any]]:
    def make(name: str, *fronts: str) -> dict[str, Any]:
        cards = [{"front": front, "back": f"What {front} is"} for front in fronts]
        deck: dict[str, Any] = api.post(f"{API}/decks", {"name": name, "cards": cards}).json()
        return deck

    return make


def _follow(client: Client, method: str, old: str, body: Any = None) -> Any:
    """Send a request, and repeat it at the address that it is redirected to, as programs do."""
    text = json.dumps(body) if body is not None else ""
    answer = client.generic(method, old, text, content_type="application/json")
    assert answer.status_code == 308
    return client.generic(method, answer["Location"], text, content_type="application/json")


@pytest.mark.parametrize(("method", "old", "new"), MOVED)
@pytest.mark.parametrize("who", ["nobody", "cookie", "bearer", "bad token"])
def test_an_old_address_answers_308(
    client: Client, alice: User, who: str, method: str, old: str, new: str
) -> None:
    headers = {}
    if who == "cookie":
        client.force_login(alice)
    elif who != "nobody":
        token = AccessToken.for_user(alice) if who == "bearer" else "nonsense"
        headers["authorization"] = f"Bearer {token}"
    for used in (method, *OTHER_METHODS):
        answer = client.generic(used, f"{old}?cursor=a%20b%26&x=%C3%A9&x=2", headers=headers)
        assert (answer.status_code, answer["Location"]) == (
            308,
            f"{new}?cursor=a%20b%26&x=%C3%A9&x=2",
        ), used


@pytest.mark.parametrize(("method", "old", "new"), MOVED)
def test_it_has_no_body_and_is_not_cached(client: Client, method: str, old: str, new: str) -> None:
    answer = client.generic(method, old)
    assert (answer["Location"], answer.content) == (new, b"")
    assert answer["Cache-Control"] == "no-store"
    assert "Content-Type" not in answer


def test_every_old_address_is_tested() -> None:
    old = {
        route.address({"deck_id": ID, "card_id": ID, "below": "7/change/"})
        for name, route in http_routes().items()
        if name.startswith(f"{legacy_urls.app_name}:")
    }
    assert old == {address for _, address, _ in MOVED}
    assert len(old) == len(legacy_urls.urlpatterns)


@pytest.mark.parametrize(
    "address", [f"{API}/bin/decks/x", f"{API}/bin/", "/decks/bin/", f"{API}/bin/x"]
)
def test_what_was_no_address_is_none_now(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_form_token_is_asked_for_at_the_new_address(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    answer = strict.post(f"{API}/cards/delete", {"cards": [ID]}, content_type="application/json")
    assert answer.status_code == 308
    assert strict.post(answer["Location"], {"cards": [ID]}).status_code == 403


def test_the_old_page_leads_to_the_new_one(client: Client, alice: User) -> None:
    answer = client.get("/decks/bin", follow=True)
    assert [address for address, _ in answer.redirect_chain] == [
        "/decks/trash",
        "/sign-in?next=/decks/trash",
    ]
    client.force_login(alice)
    assert client.get("/decks/bin", follow=True).status_code == 200


def test_pages_of_other_sites_may_follow(client: Client) -> None:
    origin = "http://localhost:5173"
    preflight = client.options(
        f"{API}/cards/tag",
        headers={"origin": origin, "access-control-request-method": "POST"},
    )
    assert preflight.status_code == 200
    answer = client.post(f"{API}/cards/tag", headers={"origin": origin})
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (308, origin)


def test_cards_are_deleted_listed_and_restored_by_old_addresses(
    api: APIClient, make_deck: Callable[..., dict[str, Any]]
) -> None:
    cards = [card["id"] for card in make_deck("Tides", "ebb", "flow")["cards"]]
    assert _follow(api, "POST", f"{API}/cards/delete", {"cards": cards}).json() == {"count": 2}
    assert _follow(api, "GET", f"{API}/bin").json() == {"decks": 0, "cards": 2}
    page = _follow(api, "GET", f"{API}/bin/cards?pageSize=1").json()
    assert len(page["results"]) == 1
    assert f"{API}/trash/cards?" in page["next"]
    assert _follow(api, "POST", f"{API}/cards/restore", {"cards": cards[:1]}).json() == {"count": 1}
    assert _follow(api, "DELETE", f"{API}/bin/cards/{cards[1]}").status_code == 204
    assert _follow(api, "GET", f"{API}/bin").json() == {"decks": 0, "cards": 0}


def test_cards_are_moved_and_tagged_by_old_addresses(
    api: APIClient, make_deck: Callable[..., dict[str, Any]]
) -> None:
    tides, waves = make_deck("Tides", "ebb"), make_deck("Waves")
    cards = [tides["cards"][0]["id"]]
    body = {"cards": cards, "to": waves["id"]}
    assert _follow(api, "POST", f"{API}/cards/move", body).json() == {"count": 1}
    tagged = _follow(api, "POST", f"{API}/cards/tag", {"cards": cards, "add": ["sea"]}).json()
    assert tagged["count"] == 1
    for undo in tagged["undo"]:
        assert _follow(api, "POST", f"{API}/cards/tag", undo).json()["count"] == 1
    (card,) = api.get(f"{API}/decks/{waves['id']}").json()["cards"]
    assert (card["id"], card["tags"]) == (cards[0], [])


def test_decks_are_listed_and_deleted_by_old_addresses(
    api: APIClient, make_deck: Callable[..., dict[str, Any]]
) -> None:
    decks = [make_deck(name)["id"] for name in ("Tides", "Waves")]
    for deck in decks:
        api.delete(f"{API}/decks/{deck}")
    assert len(_follow(api, "GET", f"{API}/bin/decks").json()["results"]) == 2
    assert _follow(api, "DELETE", f"{API}/bin/decks/{decks[0]}").status_code == 204
    assert _follow(api, "DELETE", f"{API}/bin").status_code == 204
    assert _follow(api, "GET", f"{API}/bin").json() == {"decks": 0, "cards": 0}


def test_the_document_names_new_addresses_alone() -> None:
    call_command("document_api", check=True)
    paths = json.loads((ROOT / "docs/openapi.json").read_text())["paths"]
    new = {address.replace(f"decks/{ID}", "decks/{deckId}") for _, _, address in MOVED}
    new = {address.replace(f"cards/{ID}", "cards/{cardId}") for address in new}
    assert {address for address in new if address.startswith("/api/")} <= set(paths)
    assert [path for path in paths if "/bin" in path] == []
