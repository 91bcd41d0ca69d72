"""Anki packages exported by MindFlip: first and repeated imports into the real Anki."""

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
    response = api(alice).post("/api/flashcards/decks", body)
    assert response.status_code == 201, response.content
    return response.json()


@pytest.fixture
def import_into_anki(
    api: Any, alice: Any, deck: dict[str, Any], tmp_path: Path
) -> Callable[[], dict[str, Any]]:
    """Return a function that exports the deck and imports it into the same Anki collection."""

    def export_and_import() -> dict[str, Any]:
        response = api(alice).get(f"/api/flashcards/decks/{deck['id']}/export?format=apkg")
        (tmp_path / "tides.apkg").write_bytes(read_stream(response))
        return anki.run("import", tmp_path / "collection.anki2", tmp_path / "tides.apkg")

    return export_and_import


def test_exported_cards_become_anki_notes_of_their_kind_with_fields_and_tags(
    import_into_anki: Any, deck: dict[str, Any]
) -> None:
    collection = import_into_anki()
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


def test_math_and_markdown_are_converted_for_anki(import_into_anki: Any) -> None:
    basic, _, _, euler = import_into_anki()["notes"]
    assert basic["fields"]["Front"] == "What is <strong>ebb</strong>?"
    assert "\\(a&lt;b\\)" in basic["fields"]["Back"]
    assert "\\frac{a}{b}" in euler["answers"][0]


def test_repeated_anki_import_creates_no_duplicates(import_into_anki: Any) -> None:
    first = import_into_anki()
    second = import_into_anki()
    assert (second["new"], second["updated"], second["conflicting"]) == (0, 0, 0)
    assert second["notes"] == first["notes"]


def test_repeated_anki_import_updates_edited_card_and_adds_new_card(
    api: Any, alice: Any, import_into_anki: Any, deck: dict[str, Any]
) -> None:
    _make_older(deck)
    import_into_anki()
    api(alice).patch(
        f"/api/flashcards/cards/{deck['cards'][2]['id']}", {"back": "The smallest of tides"}
    )
    api(alice).post(
        f"/api/flashcards/decks/{deck['id']}/cards", {"front": "Spring", "back": "A large tide"}
    )
    collection = import_into_anki()
    assert (collection["new"], collection["updated"], len(collection["notes"])) == (1, 1, 5)
    assert collection["notes"][2]["fields"]["Definition"] == "The smallest of tides"


def test_repeated_anki_import_of_renamed_deck_creates_no_duplicates(
    api: Any, alice: Any, import_into_anki: Any, deck: dict[str, Any]
) -> None:
    import_into_anki()
    api(alice).patch(f"/api/flashcards/decks/{deck['id']}", {"name": "Oceans"})
    assert len(import_into_anki()["notes"]) == 4


def test_exported_note_keeps_guid_of_imported_card(
    import_into_anki: Any, deck: dict[str, Any]
) -> None:
    Card.objects.filter(pk=deck["cards"][0]["id"]).update(guid="H/>?d9ndoN")
    assert import_into_anki()["notes"][0]["guid"] == "H/>?d9ndoN"


def _make_older(deck: dict[str, Any]) -> None:
    """Make the cards older than the next edit, because Anki compares whole seconds."""
    Card.objects.filter(deck_id=deck["id"]).update(
        updated_at=F("updated_at") - timedelta(minutes=5)
    )
