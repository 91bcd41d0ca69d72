"""Other users can neither use Alice's objects nor find out which IDs exist."""

import uuid

import pytest
from rest_framework.test import APIClient

API = "/api/flashcards"
DECKS, CARDS, TRASH = f"{API}/decks", f"{API}/cards", f"{API}/trash"


@pytest.fixture
def deck(alice, make_deck):
    return make_deck(alice, "ebb", "flow")


def object_requests(deck_id, card_id):
    return [
        ("get", f"{DECKS}/{deck_id}", None),
        ("patch", f"{DECKS}/{deck_id}", {"name": "Mine"}),
        ("delete", f"{DECKS}/{deck_id}", None),
        ("get", f"{DECKS}/{deck_id}/cards", None),
        ("post", f"{DECKS}/{deck_id}/cards", {"front": "a", "back": "b"}),
        ("get", f"{CARDS}/{card_id}", None),
        ("patch", f"{CARDS}/{card_id}", {"front": "mine"}),
        ("delete", f"{CARDS}/{card_id}", None),
        ("post", f"{CARDS}/{card_id}/restore", None),
        ("post", f"{CARDS}/bulk-delete", {"cards": [str(card_id)]}),
        ("post", f"{CARDS}/bulk-restore", {"cards": [str(card_id)]}),
        ("post", f"{CARDS}/bulk-tag", {"cards": [str(card_id)], "add": ["mine"]}),
        ("post", f"{CARDS}/bulk-move", {"cards": [str(card_id)], "to": str(deck_id)}),
        ("post", f"{DECKS}/{deck_id}/restore", None),
        ("post", f"{DECKS}/{deck_id}/merge", {"into": str(uuid.UUID(int=1))}),
        ("delete", f"{TRASH}/decks/{deck_id}", None),
        ("delete", f"{TRASH}/cards/{card_id}", None),
        ("get", f"{API}/duplicates?deck={deck_id}", None),
    ]


LIST_REQUESTS = [
    ("get", f"{API}/{name}", None)
    for name in ("decks", "trash", "trash/decks", "trash/cards", "duplicates", "tags")
]


def test_other_user_gets_same_404_for_existing_and_missing_objects(api, alice, charlie, deck):
    existing = object_requests(deck["id"], deck["cards"][0]["id"])
    missing = object_requests(uuid.uuid4(), uuid.uuid4())
    for (method, address, body), (_, missing_address, _) in zip(existing, missing, strict=True):
        responses = [
            getattr(api(charlie), method)(path, body) for path in (address, missing_address)
        ]
        assert [response.status_code for response in responses] == [404, 404], (method, address)
        assert responses[0].json() == responses[1].json()
    assert api(alice).get(f"{DECKS}/{deck['id']}").json() == deck


def test_deck_list_contains_only_decks_of_user(api, bob, charlie, deck, make_deck):
    bob_deck = make_deck(bob, "neap", name="Bob's")
    assert [listed["id"] for listed in api(bob).get(DECKS).json()["results"]] == [bob_deck["id"]]
    assert api(charlie).get(DECKS).json()["results"] == []


def test_requests_without_token_are_rejected_with_401(deck):
    for method, address, body in [
        *object_requests(deck["id"], deck["cards"][0]["id"]),
        *LIST_REQUESTS,
        ("post", DECKS, {"name": "x"}),
    ]:
        response = getattr(APIClient(HTTP_HOST="localhost"), method)(address, body)
        assert response.status_code == 401, (method, address)
        assert response.json()["error"]


def test_cookie_without_csrf_token_can_read_but_not_delete_deck(alice, deck, password):
    browser = APIClient(enforce_csrf_checks=True, HTTP_HOST="localhost")
    browser.login(username="alice", password=password)
    assert browser.get(f"{DECKS}/{deck['id']}").status_code == 200
    assert browser.delete(f"{DECKS}/{deck['id']}").status_code == 403


def test_decks_and_trash_of_other_user_are_not_listed_or_changeable(
    api, alice, charlie, deck, make_deck
):
    api(alice).delete(f"{DECKS}/{deck['id']}")
    make_deck(alice, "neap", "neap tide")
    for name in ("decks", "trash/decks", "trash/cards", "duplicates"):
        assert api(charlie).get(f"{API}/{name}").json()["results"] == [], name
    assert api(charlie).post(f"{DECKS}/{deck['id']}/restore").status_code == 404
    assert api(charlie).delete(f"{TRASH}/decks/{deck['id']}").status_code == 404
