"""The browsable API: each call that takes a body has a form that can be sent unchanged."""

import html
import json
import re

import pytest
from django.test import Client


@pytest.fixture
def browser(alice):
    client = Client(HTTP_ACCEPT="text/html", HTTP_HOST="localhost")
    client.force_login(alice)
    return client


def raw_forms(page):
    """Return the content of the page's forms for raw JSON."""
    texts = re.findall(
        r'<textarea name="_content"[^>]*>\n?(.*?)</textarea>', page.content.decode(), re.DOTALL
    )
    return [json.loads(html.unescape(text)) for text in texts]


def send_example(browser, address):
    """Send the example in the form of the page unchanged, and return the response."""
    (example,) = raw_forms(browser.get(address))
    return browser.post(
        address,
        json.dumps(example),
        content_type="application/json",
        HTTP_ACCEPT="application/json",
    )


@pytest.mark.parametrize(
    "address", ["/api/webllm/session", "/api/flashcards/decks", "/api/flashcards/reviews"]
)
def test_json_form_is_prefilled_with_valid_example(browser, address):
    response = send_example(browser, address)
    assert response.status_code in {200, 201}, response.content


def test_json_forms_of_generations_and_cards_are_prefilled_with_valid_examples(
    browser, alice, create_session, make_deck
):
    session, deck = create_session(alice)["sessionId"], make_deck(alice, "ebb")["id"]
    for address in (
        f"/api/webllm/session/{session}/generations",
        f"/api/flashcards/decks/{deck}/cards",
    ):
        response = send_example(browser, address)
        assert response.status_code in {201, 202}, response.content


def test_import_form_has_file_field(browser):
    assert 'type="file"' in browser.get("/api/flashcards/imports").content.decode()


def test_view_description_lists_methods(browser):
    page = browser.get("/api/flashcards/decks").content.decode()
    assert "<li>GET lists decks, newest first. <code>?q=</code> searches for words" in page


def test_view_description_is_hidden_from_anonymous_users(browser):
    browser.logout()
    assert "GET lists decks" not in browser.get("/api/flashcards/decks").content.decode()
