"""Cloze gaps, tested with the table that the browser shares and compared with the real Anki."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from flashcards.cloze import GAP_OPENING, Spans, filled_and_hidden, has_gaps
from flashcards.models import Card
from flashcards.services.cards import NO_GAP
from tests.helpers import anki
from tests.helpers.responses import read_stream

TABLE = Path(__file__).resolve().parent.parent / "contract" / "cloze_cases.json"
CASES: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))
IDS = [case["name"] for case in CASES]
# Anki makes a card for a gap that hides nothing, reads numbers up to 65535, and doesn't find a gap
# after an unclosed opening.
DIFFERENT_IN_ANKI = {
    "a number that is too large",
    "four digits with leading zeros",
    "an empty gap",
    "a blank gap",
    "a hint without hidden text",
    "an unclosed gap before a gap",
}
# Anki also fills gaps with the number zero, reads any depth, and takes colons in math for the start
# of a hint.
SHOWN_DIFFERENTLY_IN_ANKI = {
    "an unclosed gap before a gap",
    "a gap and the number zero",
    "a gap in the number zero",
    "nine gaps in each other",
    "colons in math in a gap",
}
ZERO = {"front": "The {{c0::Moon}} is round.", "back": "The Moon", "kind": "cloze"}
DECKS = "/api/flashcards/decks"


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_parsed_gaps_match_shared_cases(case: dict[str, Any]) -> None:
    text = case["text"]
    assert has_gaps(text) == case["accepted"]
    assert filled_and_hidden(text) == (case["filled"], case["hidden"])


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_parser_finds_outermost_gaps_and_hints_of_shared_cases(case: dict[str, Any]) -> None:
    assert text_with_marks(case["text"]) == case["drawn"]


def text_with_marks(text: str) -> str:
    """Return the text with a mark, as in the shared cases, for each outermost gap of the parser.

    Only the browser renders these marks (tests/js/pages/cloze.test.js).
    """
    spans, pieces, end = Spans(text), [], 0
    for opening in GAP_OPENING.finditer(text):
        gap = spans.gap_at(opening.start(), len(text)) if opening.start() >= end else None
        if gap:
            mark = f'<mark data-cloze="question">[{gap.hint or "…"}]</mark>'
            pieces += [text[end : opening.start()], mark]
            end = gap.end
    return "".join([*pieces, text[end:]])


def test_gap_detection_matches_anki_except_for_known_differences(tmp_path: Path) -> None:
    texts = tmp_path / "texts.json"
    texts.write_text(json.dumps([case["text"] for case in CASES]), encoding="utf-8")
    numbers = anki.run("gaps", tmp_path / "collection.anki2", texts)
    different = {
        case["name"]
        for case, text_numbers in zip(CASES, numbers, strict=True)
        if any(text_numbers) != case["accepted"]
    }
    assert different == DIFFERENT_IN_ANKI


def test_exported_cloze_is_shown_in_anki_as_in_shared_cases_except_for_known_differences(
    api: Any, alice: Any, tmp_path: Path
) -> None:
    cases = [case for case in CASES if case["accepted"]]
    cards = [{"front": case["text"], "back": "x", "kind": "cloze"} for case in cases]
    deck = api(alice).post(DECKS, {"name": "Space", "cards": cards}).json()
    response = api(alice).get(f"{DECKS}/{deck['id']}/export?format=apkg")
    (tmp_path / "space.apkg").write_bytes(read_stream(response))
    notes = anki.run("import", tmp_path / "collection.anki2", tmp_path / "space.apkg")["notes"]
    different = {
        case["name"]
        for case, note in zip(cases, notes, strict=True)
        if question_text("".join(note["questions"][:1])) != re.sub("<[^>]*>", "", case["drawn"])
    }
    assert different == SHOWN_DIFFERENTLY_IN_ANKI


def question_text(html: str) -> str:
    """Return the text of a question in Anki, with gaps as in the shared cases."""
    text = html.rpartition("</p>")[2].removesuffix("</div>")
    return re.sub("<[^>]*>", "", text).replace("[...]", "[…]")


def test_cloze_with_gap_number_zero_is_rejected_with_400(
    api: Any, alice: Any, make_deck: Any
) -> None:
    deck = make_deck(alice, "ebb")
    client = api(alice)
    for response in (
        client.post(f"{DECKS}/{deck['id']}/cards", ZERO),
        client.patch(f"/api/flashcards/cards/{deck['cards'][0]['id']}", ZERO),
        client.post(DECKS, {"name": "Space", "cards": [ZERO]}),
    ):
        assert response.status_code == 400
        assert NO_GAP in response.content.decode()
    assert list(Card.objects.values_list("front", flat=True)) == ["ebb"]


def test_stored_cloze_without_valid_gap_accepts_tags_but_no_invalid_front(
    api: Any, alice: Any, make_deck: Any
) -> None:
    card = make_deck(alice, "ebb")["cards"][0]
    Card.objects.update(front="The {{c1:: }} is round.", kind="cloze")
    response = api(alice).patch(f"/api/flashcards/cards/{card['id']}", {"tags": ["space"]})
    assert (response.status_code, response.json()["tags"]) == (200, ["space"])
    response = api(alice).patch(f"/api/flashcards/cards/{card['id']}", {"front": "{{c0::Moon}}"})
    assert response.status_code == 400


def test_generated_cloze_with_gap_number_zero_is_saved_as_basic_card(
    api: Any, client: Any, alice: Any, finished_generation: Any
) -> None:
    generation = finished_generation(alice, "ebb")
    generation.cards[0] |= ZERO
    generation.save()
    deck = api(alice).post(DECKS, {"generationId": str(generation.pk)}).json()
    assert [(card["front"], card["kind"]) for card in deck["cards"]] == [(ZERO["front"], "basic")]
    client.force_login(alice)
    page = client.get(f"/decks/{deck['id']}").content.decode()
    assert f'data-rich="">{ZERO["front"]}</div>' in page
