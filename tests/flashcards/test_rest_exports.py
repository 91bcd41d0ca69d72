"""Exports of decks over REST: contents, file names and access."""

import csv
import io
import json
import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from flashcards.formats.registry import FORMATS, safe_name
from tests.helpers.call_counts import count_calls
from tests.helpers.responses import read_stream

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


def content(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return read_stream(answer)


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_is_sent_to_be_saved_under_the_decks_name(
    api: Any, alice: Any, deck: dict[str, Any], format: str
) -> None:
    answer = api(alice).get(address(deck, format))
    assert answer["Content-Type"] == FORMATS[format].content_type
    assert answer["Content-Disposition"].startswith(
        "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe%20%E6%97%A5%E6%9C%AC%201."
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert content(answer)


def test_formulas_are_dead_in_a_spreadsheet(api: Any, alice: Any, deck: dict[str, Any]) -> None:
    text = content(api(alice).get(address(deck, "csv"))).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:], newline="")))
    assert rows[0]["front"] == "'" + CARDS[0]["front"]
    assert (rows[0]["back"], rows[0]["sentence"]) == ("''+1", "'-2")
    assert rows[1]["front"] == CARDS[1]["front"]
    assert not [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@\t\r\n")]


def test_json_tells_everything(api: Any, alice: Any, deck: dict[str, Any]) -> None:
    document = json.loads(content(api(alice).get(address(deck, "json"))))
    assert (document["format"], document["version"], document["deck"]["tags"]) == (
        "mindflip-deck",
        1,
        ["sea"],
    )
    assert [card["front"] for card in document["cards"]] == [card["front"] for card in CARDS]


def test_markdown_can_be_read(api: Any, alice: Any, deck: dict[str, Any]) -> None:
    text = content(api(alice).get(address(deck, "markdown"))).decode()
    assert "# Größe/日本 : 1\n\nTags: sea" in text
    assert "> Größe, 日本" in text


def test_what_is_in_the_bin_stays_there(api: Any, alice: Any, deck: dict[str, Any]) -> None:
    api(alice).delete(f"/api/flashcards/cards/{deck['cards'][0]['id']}")
    assert len(json.loads(content(api(alice).get(address(deck, "json"))))["cards"]) == 1


@pytest.mark.parametrize("format", ["", "pdf", "CSV"])
def test_a_wrong_format_is_refused_with_the_names_of_the_right_ones(
    api: Any, alice: Any, deck: dict[str, Any], format: str
) -> None:
    answer = api(alice).get(address(deck, format))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["fields"] == {"format": [f"Choose a format: {', '.join(FORMATS)}."]}


def test_strangers_learn_nothing(api: Any, charlie: Any, deck: dict[str, Any]) -> None:
    theirs, nobodys = (
        api(charlie).get(address(deck, "csv")),
        api(charlie).get(address({"id": uuid.uuid4()}, "csv")),
    )
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.json() == nobodys.json()
    assert APIClient(HTTP_HOST="localhost").get(address(deck, "csv")).status_code == 401


@pytest.mark.parametrize("count", [1, 60])
def test_a_large_deck_takes_no_more_queries_than_a_small_one(
    api: Any, alice: Any, make_deck: Any, django_assert_num_queries: Any, count: int
) -> None:
    deck = make_deck(alice, *(f"front {number}" for number in range(count)))
    client = api(alice)
    with django_assert_num_queries(3):  # the user, the deck, its cards
        content(client.get(address(deck, "apkg")))


@pytest.mark.parametrize("format", FORMATS)
def test_work_of_an_export_grows_with_the_length_of_its_cards(
    api: Any, alice: Any, format: str
) -> None:
    side = "{{c1::" * 100 + "\\(" * 700
    work = []
    for length in (500, 2_000):
        cards = [
            {"front": side[:length], "back": f"{number} {side}"[:length]} for number in range(5)
        ]
        deck = api(alice).post("/api/flashcards/decks", {"name": "Hostile", "cards": cards}).json()
        work.append(count_calls(lambda deck=deck: content(api(alice).get(address(deck, format)))))
    assert work[1] < 6 * work[0]


NAMES = {
    "../../etc/passwd": "etc passwd",
    ".hidden.": "hidden",
    "???": "deck",
    "a\u202egpj": "a gpj",
    "x" * 200: "x" * 120,
    "é" * 90: "é" * 60,
}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_are_safe(name: str) -> None:
    assert safe_name(name) == NAMES[name]
