"""Other users can neither use Alice's objects nor find out which IDs exist."""

import uuid

import pytest
from rest_framework.test import APIClient

API = "/api/flashcards"
DECKS, CARDS, TRASH = f"{API}/decks", f"{API}/cards", f"{API}/trash"


@pytest.fixture
def deck(alice, make_deck):
    return make_deck(alice, "ebb", "flow")


def doors(deck_id, card_id):
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


LISTS = [
    ("get", f"{API}/{name}", None)
    for name in ("decks", "trash", "trash/decks", "trash/cards", "duplicates", "tags")
]


def test_a_stranger_is_told_the_same_of_what_exists_and_what_does_not(api, alice, charlie, deck):
    theirs = doors(deck["id"], deck["cards"][0]["id"])
    nobodys = doors(uuid.uuid4(), uuid.uuid4())
    for (method, address, body), (_, nowhere, _) in zip(theirs, nobodys, strict=True):
        answers = [getattr(api(charlie), method)(path, body) for path in (address, nowhere)]
        assert [answer.status_code for answer in answers] == [404, 404], (method, address)
        assert answers[0].json() == answers[1].json()
    assert api(alice).get(f"{DECKS}/{deck['id']}").json() == deck


def test_a_list_shows_only_ones_own(api, bob, charlie, deck, make_deck):
    mine = make_deck(bob, "neap", name="Bob's")
    assert [listed["id"] for listed in api(bob).get(DECKS).json()["results"]] == [mine["id"]]
    assert api(charlie).get(DECKS).json()["results"] == []


def test_nobody_comes_in_without_a_token(deck):
    for method, address, body in [
        *doors(deck["id"], deck["cards"][0]["id"]),
        *LISTS,
        ("post", DECKS, {"name": "x"}),
    ]:
        answer = getattr(APIClient(HTTP_HOST="localhost"), method)(address, body)
        assert answer.status_code == 401, (method, address)
        assert answer.json()["error"]


def test_a_cookie_without_its_csrf_token_changes_nothing(alice, deck, password):
    browser = APIClient(enforce_csrf_checks=True, HTTP_HOST="localhost")
    browser.login(username="alice", password=password)
    assert browser.get(f"{DECKS}/{deck['id']}").status_code == 200
    assert browser.delete(f"{DECKS}/{deck['id']}").status_code == 403


def test_a_stranger_finds_nothing_of_others_in_bins_and_lists(api, alice, charlie, deck, make_deck):
    api(alice).delete(f"{DECKS}/{deck['id']}")
    make_deck(alice, "neap", "neap tide")
    for name in ("decks", "trash/decks", "trash/cards", "duplicates"):
        assert api(charlie).get(f"{API}/{name}").json()["results"] == [], name
    assert api(charlie).post(f"{DECKS}/{deck['id']}/restore").status_code == 404
    assert api(charlie).delete(f"{TRASH}/decks/{deck['id']}").status_code == 404
