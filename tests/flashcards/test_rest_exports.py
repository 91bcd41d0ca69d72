"""Exports of decks over REST: contents, file names and access."""

import csv
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from flashcards.formats.detect import EXTENSIONS
from flashcards.formats.registry import FORMATS, safe_name
from flashcards.models import Deck
from tests.helpers.call_counts import count_calls
from tests.helpers.responses import read_stream

ROOT = Path(__file__).resolve().parent.parent.parent
WHOLE = {"apkg"}  # a zip is complete only at its end
CARDS = [
    {
        "front": '=HYPERLINK("http://evil.example","x")',
        "back": "'+1",
        "tags": ["a, b", "c\\"],
        "sentence": "-2",
    },
    {"front": 'two\nlines; "quoted", and\ta tab', "back": "Größe, 日本"},
]


@pytest.fixture
def deck(api: Any, alice: Any) -> dict[str, Any]:
    return (
        api(alice)
        .post(
            "/api/flashcards/decks", {"name": "Größe/日本 \r\n: 1", "cards": CARDS, "tags": ["sea"]}
        )
        .json()
    )


def address(deck: dict[str, Any], format: str) -> str:
    return f"/api/flashcards/decks/{deck['id']}/export?format={format}"


def content(response: Any) -> bytes:
    assert response.status_code == 200, response.content
    return read_stream(response)


@pytest.mark.parametrize("format", FORMATS)
def test_deck_without_cards_is_exported(api: Any, alice: Any, make_deck: Any, format: str) -> None:
    deck = make_deck(alice, "ebb")
    api(alice).delete(f"/api/flashcards/cards/{deck['cards'][0]['id']}")
    assert b"ebb" not in content(api(alice).get(address(deck, format)))


@pytest.mark.parametrize("format", sorted(FORMATS.keys() - WHOLE))
def test_text_formats_are_written_card_by_card(alice: Any, make_deck: Any, format: str) -> None:
    deck = Deck.objects.get(pk=make_deck(alice, "ebb", "flow", "neap")["id"])
    cards = list(deck.cards.kept())
    pieces = list(FORMATS[format].write(deck, cards))
    assert len(pieces) > len(cards), (
        f"Yield each card of {format} as a piece, or add {format} to WHOLE if it is written whole."
    )


def test_export_formats_share_no_label_or_extension() -> None:
    for field in ("label", "extension"):
        values = [getattr(format, field) for format in FORMATS.values()]
        assert len(set(values)) == len(values), f"In FORMATS, two formats have the same {field}."


def test_using_mindflip_describes_every_file_format() -> None:
    page = (ROOT / "docs/using.md").read_text()
    texts = [str(format.label) for format in FORMATS.values()]
    texts += [f"`{extension}`" for extension in EXTENSIONS]
    missing = [text for text in texts if text not in page]
    assert missing == [], "Describe these formats in docs/using.md."


@pytest.mark.parametrize("format", FORMATS)
def test_export_is_sent_as_attachment_named_after_deck(
    api: Any, alice: Any, deck: dict[str, Any], format: str
) -> None:
    response = api(alice).get(address(deck, format))
    assert response["Content-Type"] == FORMATS[format].content_type
    assert response["Content-Disposition"].startswith(
        "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe%20%E6%97%A5%E6%9C%AC%201."
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert content(response)


def test_formulas_are_escaped_in_csv_export(api: Any, alice: Any, deck: dict[str, Any]) -> None:
    text = content(api(alice).get(address(deck, "csv"))).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:], newline="")))
    assert rows[0]["front"] == "'" + CARDS[0]["front"]
    assert (rows[0]["back"], rows[0]["sentence"]) == ("''+1", "'-2")
    assert rows[1]["front"] == CARDS[1]["front"]
    assert not [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@\t\r\n")]


def test_json_export_contains_format_version_tags_and_cards(
    api: Any, alice: Any, deck: dict[str, Any]
) -> None:
    document = json.loads(content(api(alice).get(address(deck, "json"))))
    assert (document["format"], document["version"], document["deck"]["tags"]) == (
        "mindflip-deck",
        1,
        ["sea"],
    )
    assert [card["front"] for card in document["cards"]] == [card["front"] for card in CARDS]


def test_markdown_export_contains_name_tags_and_cards(
    api: Any, alice: Any, deck: dict[str, Any]
) -> None:
    text = content(api(alice).get(address(deck, "markdown"))).decode()
    assert "# Größe/日本 : 1\n\nTags: sea" in text
    assert "> Größe, 日本" in text


def test_cards_in_trash_are_not_exported(api: Any, alice: Any, deck: dict[str, Any]) -> None:
    api(alice).delete(f"/api/flashcards/cards/{deck['cards'][0]['id']}")
    assert len(json.loads(content(api(alice).get(address(deck, "json"))))["cards"]) == 1


@pytest.mark.parametrize("format", ["", "pdf", "CSV"])
def test_invalid_export_format_is_rejected_with_list_of_formats(
    api: Any, alice: Any, deck: dict[str, Any], format: str
) -> None:
    response = api(alice).get(address(deck, format))
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["fields"] == {"format": [f"Choose a format: {', '.join(FORMATS)}."]}


def test_export_returns_404_to_other_users_and_401_to_anonymous_users(
    api: Any, charlie: Any, deck: dict[str, Any]
) -> None:
    alice_deck_response, unknown_deck_response = (
        api(charlie).get(address(deck, "csv")),
        api(charlie).get(address({"id": uuid.uuid4()}, "csv")),
    )
    assert (alice_deck_response.status_code, unknown_deck_response.status_code) == (404, 404)
    assert alice_deck_response.json() == unknown_deck_response.json()
    assert APIClient(HTTP_HOST="localhost").get(address(deck, "csv")).status_code == 401


@pytest.mark.parametrize("count", [1, 60])
def test_export_uses_constant_number_of_queries(
    api: Any, alice: Any, make_deck: Any, django_assert_num_queries: Any, count: int
) -> None:
    deck = make_deck(alice, *(f"front {number}" for number in range(count)))
    client = api(alice)
    with django_assert_num_queries(3):  # the user, the deck, its cards
        content(client.get(address(deck, "apkg")))


@pytest.mark.parametrize("format", FORMATS)
def test_export_work_grows_at_most_linearly_with_card_length(
    api: Any, alice: Any, format: str
) -> None:
    side = "{{c1::" * 100 + "\\(" * 700
    call_counts = []
    for length in (500, 2_000):
        cards = [
            {"front": side[:length], "back": f"{number} {side}"[:length]} for number in range(5)
        ]
        deck = api(alice).post("/api/flashcards/decks", {"name": "Hostile", "cards": cards}).json()
        call_counts.append(
            count_calls(lambda deck=deck: content(api(alice).get(address(deck, format))))
        )
    assert call_counts[1] < 6 * call_counts[0]


NAMES = {
    "../../etc/passwd": "etc passwd",
    ".hidden.": "hidden",
    "???": "deck",
    "a\u202egpj": "a gpj",
    "x" * 200: "x" * 120,
    "é" * 90: "é" * 60,
}


@pytest.mark.parametrize("name", NAMES)
def test_export_file_names_are_sanitized(name: str) -> None:
    assert safe_name(name) == NAMES[name]
