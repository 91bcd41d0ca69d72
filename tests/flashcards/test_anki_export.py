"""Packages of MindFlip in the real Anki, after the first import and after the second."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F

from flashcards.models import Card
from tests.helpers import anki
from tests.helpers.responses import read_stream

CARDS = [
    {
        "front": "What is **ebb**?",
        "back": "Falling <water> & $a<b$",
        "tags": ["tides", "two words"],
        "sentence": "The ebb falls.",
    },
    {
        "front": "The {{c1::moon::what pulls}} makes {{c2::tides}}",
        "back": "The moon makes tides",
        "kind": "cloze",
    },
    {"front": "Neap", "back": "A small tide", "kind": "definition"},
    {"front": "Euler says {{c1::$e^{\\frac{a}{b}}$}}", "back": "And nobody else", "kind": "cloze"},
]


@pytest.fixture
def deck(api: Any, alice: Any) -> dict[str, Any]:
    body = {"name": "Sea::Tides", "tags": ["term one"], "cards": CARDS}
    answer = api(alice).post("/api/flashcards/decks", body)
    assert answer.status_code == 201, answer.content
    return answer.json()


@pytest.fixture
def into_anki(
    api: Any, alice: Any, deck: dict[str, Any], tmp_path: Path
) -> Callable[[], dict[str, Any]]:
    """Return a function that exports the deck and imports it into the same Anki collection."""

    def carry() -> dict[str, Any]:
        answer = api(alice).get(f"/api/flashcards/decks/{deck['id']}/export?format=apkg")
        (tmp_path / "tides.apkg").write_bytes(read_stream(answer))
        return anki.run("import", tmp_path / "collection.anki2", tmp_path / "tides.apkg")

    return carry


def test_every_card_is_a_note_of_its_kind(into_anki: Any, deck: dict[str, Any]) -> None:
    collection = into_anki()
    assert (collection["new"], len(collection["notes"])) == (4, 4)
    basic, cloze, definition, euler = collection["notes"]
    assert [note["type"] for note in collection["notes"]] == [
        "MindFlip Basic",
        "MindFlip Cloze",
        "MindFlip Definition",
        "MindFlip Cloze",
    ]
    assert [note["guid"] for note in collection["notes"]] == [card["id"] for card in deck["cards"]]
    assert {name for note in collection["notes"] for name in note["decks"]} == {"Sea::Tides"}
    assert sorted(basic["tags"]) == ["term_one", "tides", "two_words"]
    assert basic["fields"]["Sentence"] == "The ebb falls."
    assert "&lt;water&gt; &amp;" in basic["fields"]["Back"]
    assert "The ebb falls." in basic["answers"][0]
    assert "The ebb falls." not in basic["questions"][0]
    assert len(cloze["questions"]) == 2
    assert "what pulls" in cloze["questions"][0]
    assert cloze["fields"]["Back Extra"] == ""
    assert euler["fields"]["Back Extra"] == "And nobody else"
    assert definition["fields"] == {"Term": "Neap", "Definition": "A small tide", "Sentence": ""}


def test_math_and_markdown_are_what_anki_shows(into_anki: Any) -> None:
    basic, _, _, euler = into_anki()["notes"]
    assert basic["fields"]["Front"] == "What is <strong>ebb</strong>?"
    assert "\\(a&lt;b\\)" in basic["fields"]["Back"]
    assert "\\frac{a}{b}" in euler["answers"][0]


def test_a_second_import_doubles_nothing(into_anki: Any) -> None:
    first = into_anki()
    second = into_anki()
    assert (second["new"], second["updated"], second["conflicting"]) == (0, 0, 0)
    assert second["notes"] == first["notes"]


def test_what_was_edited_in_between_is_updated(
    api: Any, alice: Any, into_anki: Any, deck: dict[str, Any]
) -> None:
    _make_older(deck)
    into_anki()
    api(alice).patch(
        f"/api/flashcards/cards/{deck['cards'][2]['id']}", {"back": "The smallest of tides"}
    )
    api(alice).post(
        f"/api/flashcards/decks/{deck['id']}/cards", {"front": "Spring", "back": "A large tide"}
    )
    collection = into_anki()
    assert (collection["new"], collection["updated"], len(collection["notes"])) == (1, 1, 5)
    assert collection["notes"][2]["fields"]["Definition"] == "The smallest of tides"


def test_a_renamed_deck_keeps_its_notes(
    api: Any, alice: Any, into_anki: Any, deck: dict[str, Any]
) -> None:
    into_anki()
    api(alice).patch(f"/api/flashcards/decks/{deck['id']}", {"name": "Oceans"})
    assert len(into_anki()["notes"]) == 4


def test_what_came_from_elsewhere_keeps_its_name(
    api: Any, alice: Any, into_anki: Any, deck: dict[str, Any]
) -> None:
    Card.objects.filter(pk=deck["cards"][0]["id"]).update(guid="H/>?d9ndoN")
    assert into_anki()["notes"][0]["guid"] == "H/>?d9ndoN"


def _make_older(deck: dict[str, Any]) -> None:
    """Make the cards older than an edit that follows, because Anki compares whole seconds."""
    Card.objects.filter(deck_id=deck["id"]).update(
        updated_at=F("updated_at") - timedelta(minutes=5)
    )
