"""Card kinds: a card is of the requested kind, or a basic card if it doesn't fit that kind."""

import json
import re
from pathlib import Path

import pytest

from flashcards.card_kinds import KIND_OF_OPTION, KIND_ROWS
from flashcards.cloze import as_kind
from flashcards.formats.anki.writer import note_type
from flashcards.generation import Flashcards

ROOT = Path(__file__).resolve().parent.parent.parent
SENTENCE = "The Moon goes round the Earth."
GAPPED = "The Moon goes round the {{c1::Earth}}."


@pytest.mark.parametrize(
    ("front", "back", "expected"),
    [
        (GAPPED, "Earth", (GAPPED, SENTENCE, "cloze")),
        (GAPPED, "earth.", (GAPPED, SENTENCE, "cloze")),
        (GAPPED, "It takes 27 days.", (GAPPED, "It takes 27 days.", "cloze")),
        ("The Moon goes round the {c1::Earth}.", "Earth", (GAPPED, SENTENCE, "cloze")),
        ("The Moon goes round the {{c1:Earth}}.", "Earth", (GAPPED, SENTENCE, "cloze")),
        ("The Moon goes round the {{ Earth }}.", "Earth", (GAPPED, SENTENCE, "cloze")),
        ("The Moon goes round the {{::Earth}}.", "Earth", (GAPPED, SENTENCE, "cloze")),
        ("The Moon goes round the {{c0::Earth}}.", "Earth", (GAPPED, SENTENCE, "cloze")),
        (
            "The {{c1::Moon goes {{c2::round}}}} the Earth.",
            "round",
            ("The {{c1::Moon goes {{c2::round}}}} the Earth.", SENTENCE, "cloze"),
        ),
        ("The Moon goes round the ____.", "Earth", (GAPPED, SENTENCE, "cloze")),
        ("The Moon goes round the [...].", "Earth.", (GAPPED, SENTENCE, "cloze")),
        (SENTENCE, "earth", (GAPPED, SENTENCE, "cloze")),
        (
            "The {{c1::Moon::what?}} goes round the Earth.",
            "Moon",
            ("The {{c1::Moon::what?}} goes round the Earth.", SENTENCE, "cloze"),
        ),
        (
            "What goes round the Earth?",
            "The Moon",
            ("What goes round the Earth?", "The Moon", "basic"),
        ),
        ("An earthquake shakes.", "Earth", ("An earthquake shakes.", "Earth", "basic")),
        ("____ is long", "a" * 81, ("____ is long", "a" * 81, "basic")),
    ],
)
def test_requested_cloze_gets_valid_gap_or_becomes_basic_card(front, back, expected):
    card = as_kind({"front": front, "back": back}, "cloze")
    assert (card["front"], card["back"], card["kind"]) == expected


# At these lengths, a regular expression that doesn't run in linear time would take hours.
@pytest.mark.parametrize(
    "front",
    [
        "{{c1::" * 20_000,
        "{{c1::a::" * 20_000,
        "{{" + " " * 100_000 + "x",
        "{{:" + " " * 100_000 + "x",
        "[" + " " * 100_000,
        "{{c1: " * 20_000,
    ],
    ids=lambda front: front[:9],
)
def test_long_front_without_valid_gap_becomes_basic_card(front):
    assert as_kind({"front": front, "back": "zz"}, "cloze")["kind"] == "basic"


@pytest.mark.parametrize(
    ("option", "kind"), [("question-answer", "basic"), ("definition", "definition")]
)
def test_card_of_other_kind_keeps_its_text_and_gets_requested_kind(option, kind):
    assert as_kind({"front": "Ebb", "back": "Falling water"}, option) == {
        "front": "Ebb",
        "back": "Falling water",
        "kind": kind,
    }


def test_unknown_kind_option_leaves_card_unchanged():
    assert as_kind({"front": "Ebb", "back": "Falling water"}, "riddle") == {
        "front": "Ebb",
        "back": "Falling water",
    }


def test_cloze_in_result_is_dropped_if_streamed_before():
    options = {"topic": "Moon", "count": 2, "kind": "cloze"}
    raw = [{"front": "The Moon goes round the ____.", "back": "Earth"}]
    streamed = Flashcards().accept_cards(raw, [], 2, options)
    assert len(streamed) == 1
    assert Flashcards().accept_cards(raw, streamed, 1, options) == []


@pytest.mark.parametrize("field", ["name", "option", "note_type", "note_type_id", "wish"])
def test_card_kinds_share_no_name_option_or_note_type(field):
    """Check that each kind has its own note type ID, because Anki would merge their notes."""
    values = [getattr(row, field) for row in KIND_ROWS]
    assert len(set(values)) == len(values), f"In KIND_ROWS, two kinds have the same {field}."


def test_option_of_card_kind_is_not_name_of_other_kind():
    names = {row.name: row for row in KIND_ROWS}
    assert [row.option for row in KIND_ROWS if names.get(row.option, row) is not row] == []


def test_documents_describe_every_card_kind():
    using = (ROOT / "docs/using.md").read_text().lower()
    protocol = (ROOT / "docs/protocol.md").read_text()
    missing = [
        *(f"docs/using.md: {row.label}" for row in KIND_ROWS if row.label.lower() not in using),
        *(
            f"docs/protocol.md: `{name}`"
            for row in KIND_ROWS
            for name in (row.option, row.name)
            if f"`{name}`" not in protocol
        ),
    ]
    assert missing == [], "Describe the kinds of cards in these documents."


def test_pages_that_show_cards_embed_card_kinds_as_json(client, alice, make_deck):
    client.force_login(alice)
    deck = make_deck(alice, "ebb")
    kinds = [{"name": row.name, "option": row.option, "hasGaps": row.has_gaps} for row in KIND_ROWS]
    for address in ("/", f"/decks/{deck['id']}", "/study", f"/decks/{deck['id']}/study"):
        page = client.get(address).content.decode()
        script = re.search(r'<script id="card-kinds" type="application/json">(.*?)</script>', page)
        embedded = [{name: kind[name] for name in kinds[0]} for kind in json.loads(script[1])]
        assert embedded == kinds


def test_scripts_contain_no_names_of_card_kinds():
    """Check that scripts read the kinds of cards from the table.

    The parser of the client library is excluded, because it contains field names with the same
    spelling.
    """
    scripts = set((ROOT / "static/js").rglob("*.js"))
    scripts.remove(ROOT / "static/js/client/parse/cards.js")
    assert len(scripts) > 100
    assert literal_names(scripts) == set()


def test_python_code_contains_no_names_of_card_kinds():
    """Check that only the table of kinds and examples in the documents spell out a kind.

    The excluded modules contain names of fields, columns and Markdown rules with the same spelling.
    """
    package = ROOT / "flashcards"
    excluded = {"api/examples.py", "api/openapi.py", "card_kinds.py", "formats/tables.py"}
    excluded |= {"parsing/cards.py", "rendering.py"}
    modules = {path for path in package.rglob("*.py") if path.parent.name != "migrations"}
    modules -= {package / name for name in excluded}
    assert len(modules) > 60
    assert literal_names(modules) == set()


def literal_names(paths):
    names = "|".join(re.escape(name) for name in KIND_OF_OPTION)
    return {
        f"{path.relative_to(ROOT)}: {literal[0]}"
        for path in paths
        for literal in re.finditer(rf"""(["'`])(?:{names})\1""", path.read_text())
    }


@pytest.mark.parametrize("row", KIND_ROWS, ids=lambda row: row.name)
def test_card_kind_is_form_option_and_has_anki_note_type(client, alice, row):
    client.force_login(alice)
    assert f'<option value="{row.option}">{row.wish}</option>' in client.get("/").content.decode()
    assert note_type(row.name).name == row.note_type
