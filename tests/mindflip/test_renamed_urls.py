"""URLs of the previous version redirect to the new URLs with 308."""

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
    """Send a request and repeat it at the URL that it is redirected to, as programs do."""
    text = json.dumps(body) if body is not None else ""
    response = client.generic(method, old, text, content_type="application/json")
    assert response.status_code == 308
    return client.generic(method, response["Location"], text, content_type="application/json")


@pytest.mark.parametrize(("method", "old", "new"), MOVED)
@pytest.mark.parametrize("credentials", ["none", "cookie", "bearer", "invalid token"])
def test_old_url_redirects_with_308_and_keeps_query(
    client: Client, alice: User, credentials: str, method: str, old: str, new: str
) -> None:
    headers = {}
    if credentials == "cookie":
        client.force_login(alice)
    elif credentials != "none":
        token = AccessToken.for_user(alice) if credentials == "bearer" else "nonsense"
        headers["authorization"] = f"Bearer {token}"
    for sent_method in (method, *OTHER_METHODS):
        response = client.generic(
            sent_method, f"{old}?cursor=a%20b%26&x=%C3%A9&x=2", headers=headers
        )
        assert (response.status_code, response["Location"]) == (
            308,
            f"{new}?cursor=a%20b%26&x=%C3%A9&x=2",
        ), sent_method


@pytest.mark.parametrize(("method", "old", "new"), MOVED)
def test_redirect_has_no_body_and_is_not_cached(
    client: Client, method: str, old: str, new: str
) -> None:
    response = client.generic(method, old)
    assert (response["Location"], response.content) == (new, b"")
    assert response["Cache-Control"] == "no-store"
    assert "Content-Type" not in response


def test_every_old_url_is_tested() -> None:
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
def test_url_that_never_existed_returns_404(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_csrf_token_is_required_only_at_new_url(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    response = strict.post(f"{API}/cards/delete", {"cards": [ID]}, content_type="application/json")
    assert response.status_code == 308
    assert strict.post(response["Location"], {"cards": [ID]}).status_code == 403


def test_old_page_redirects_to_new_page(client: Client, alice: User) -> None:
    response = client.get("/decks/bin", follow=True)
    assert [address for address, _ in response.redirect_chain] == [
        "/decks/trash",
        "/sign-in?next=/decks/trash",
    ]
    client.force_login(alice)
    assert client.get("/decks/bin", follow=True).status_code == 200


def test_redirect_allows_cross_origin_requests(client: Client) -> None:
    origin = "http://localhost:5173"
    preflight = client.options(
        f"{API}/cards/tag",
        headers={"origin": origin, "access-control-request-method": "POST"},
    )
    assert preflight.status_code == 200
    response = client.post(f"{API}/cards/tag", headers={"origin": origin})
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (308, origin)


def test_cards_can_be_deleted_listed_and_restored_via_old_urls(
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


def test_cards_can_be_moved_and_tagged_via_old_urls(
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


def test_decks_can_be_listed_and_deleted_via_old_urls(
    api: APIClient, make_deck: Callable[..., dict[str, Any]]
) -> None:
    decks = [make_deck(name)["id"] for name in ("Tides", "Waves")]
    for deck in decks:
        api.delete(f"{API}/decks/{deck}")
    assert len(_follow(api, "GET", f"{API}/bin/decks").json()["results"]) == 2
    assert _follow(api, "DELETE", f"{API}/bin/decks/{decks[0]}").status_code == 204
    assert _follow(api, "DELETE", f"{API}/bin").status_code == 204
    assert _follow(api, "GET", f"{API}/bin").json() == {"decks": 0, "cards": 0}


def test_openapi_document_contains_only_new_urls() -> None:
    call_command("document_api", check=True)
    paths = json.loads((ROOT / "docs/openapi.json").read_text())["paths"]
    new = {address.replace(f"decks/{ID}", "decks/{deckId}") for _, _, address in MOVED}
    new = {address.replace(f"cards/{ID}", "cards/{cardId}") for address in new}
    assert {address for address in new if address.startswith("/api/")} <= set(paths)
    assert [path for path in paths if "/bin" in path] == []
