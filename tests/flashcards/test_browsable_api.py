"""The browsable API: every address opens in a browser, and the forms work for signed-in users."""

import pytest
from django.test import Client

DECKS = "/api/flashcards/decks"


@pytest.fixture
def browser(alice, password):
    client = Client(HTTP_ACCEPT="text/html", HTTP_HOST="localhost")
    assert client.login(username="alice", password=password)
    return client


def test_deck_and_card_endpoints_open_in_browser(browser, alice, make_deck):
    deck = make_deck(alice, "ebb")
    for address in (
        DECKS,
        f"{DECKS}/{deck['id']}",
        f"{DECKS}/{deck['id']}/cards",
        f"/api/flashcards/cards/{deck['cards'][0]['id']}",
    ):
        page = browser.get(address)
        assert page.status_code == 200, address
        assert page["Content-Type"].startswith("text/html")


def get_json(browser, address):
    return browser.get(address, HTTP_ACCEPT="application/json").json()


def test_deck_form_creates_deck_with_cards_in_browsable_api(browser):
    page = browser.post(
        DECKS,
        {"name": "Tides", "generationId": "", "cards": '[{"front": "ebb", "back": "falling"}]'},
    )
    assert page.status_code == 201
    (deck,) = get_json(browser, DECKS)["results"]
    assert deck["name"] == "Tides"
    cards = get_json(browser, f"{DECKS}/{deck['id']}")["cards"]
    assert [(card["front"], card["back"]) for card in cards] == [("ebb", "falling")]


@pytest.mark.parametrize("cards", ["", "[]", "null"])
def test_deck_form_without_cards_creates_empty_deck(browser, cards):
    assert (
        browser.post(DECKS, {"name": "Tides", "generationId": "", "cards": cards}).status_code
        == 201
    )
    (deck,) = get_json(browser, DECKS)["results"]
    assert deck["name"] == "Tides"
    assert get_json(browser, f"{DECKS}/{deck['id']}")["cards"] == []


def test_card_form_stores_sides_but_not_csrf_token(browser, alice, make_deck):
    deck = make_deck(alice)
    address = f"{DECKS}/{deck['id']}/cards"
    assert (
        browser.post(
            address, {"front": "ebb", "back": "falling", "csrfmiddlewaretoken": "x"}
        ).status_code
        == 201
    )
    (card,) = get_json(browser, address)["results"]
    assert (card["front"], card["back"]) == ("ebb", "falling")
    assert set(card) == {"id", "position", "front", "back", "kind", "tags", "sentence", "found"}


def test_invalid_deck_form_is_shown_again_with_error_message(browser):
    page = browser.post(DECKS, {"name": "", "generationId": "", "cards": ""})
    assert page.status_code == 400
    assert "Give a name" in page.content.decode()
    assert get_json(browser, DECKS)["results"] == []
