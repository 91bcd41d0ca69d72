"""Useless cards that models write: the table that the page's parser shares."""

import json
from pathlib import Path
from time import process_time

import pytest

from flashcards.card_kinds import KIND_ROWS
from flashcards.generation import Flashcards
from flashcards.grammar import WordLimits, response_format
from flashcards.parsing import InvalidCard
from flashcards.parsing.degenerate import Example, Requirements, check_card

TABLE = Path(__file__).resolve().parent.parent / "contract" / "degenerate_cases.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))
LIMITS = {"front": 24, "back": 32, "afterGap": 0}
NO_EXAMPLE = {"subject": "", "cards": []}


def reason_of(case):
    """Return the reason for rejecting the card of a case, or an empty string."""
    request = case.get("request", {})
    topic = request.get("topic", "")
    front, back, after_gap = request.get("limits", LIMITS).values()
    requirements = Requirements(
        limits=WordLimits(front, back, after_gap),
        example=Example(**request.get("example", NO_EXAMPLE)),
        language=request.get("language", ""),
        topic=topic,
        material=f"{topic}\n{request.get('source', '')}",
    )
    try:
        check_card({"front": case["front"], "back": case["back"]}, requirements)
    except InvalidCard as error:
        return error.why
    return ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_useless_cards_are_rejected_with_reasons_of_shared_cases(case):
    assert reason_of(case) == case["reason"]


@pytest.mark.parametrize("row", KIND_ROWS, ids=lambda row: row.name)
def test_card_that_grammar_ends_is_rejected_for_each_kind(row):
    limits = response_format(1, row.answer_form)["limits"]
    words = " ".join(f"word{number}" for number in range(limits["afterGap"] or limits["back"]))
    front, back = ("An {{c1::ebb}} " + words, "ebb") if limits["afterGap"] else ("ebb", words)
    options = {"count": 1, "kind": row.option, "topic": "Tides"}
    assert Flashcards().accept_cards([{"front": front, "back": back}], [], 1, options) == []
    whole = {"front": f"{front}.", "back": f"{back}."}
    assert len(Flashcards().accept_cards([whole], [], 1, options)) == 1


@pytest.mark.parametrize("row", KIND_ROWS, ids=lambda row: row.name)
def test_copied_example_of_kind_is_rejected_for_other_topics_only(row):
    example = json.loads(row.example)
    options = {"count": 2, "kind": row.option}
    assert Flashcards().accept_cards(example, [], 2, {**options, "topic": "Cells"}) == []
    assert len(Flashcards().accept_cards(example, [], 2, {**options, "topic": "The Moon"})) == 2


@pytest.mark.parametrize(
    "front",
    ["{{c1::" * 330, "a) " * 660, ":" * 2000, "'" * 2000, "ab " * 660, "光合" * 1000, "“" * 2000],
    ids=lambda front: front[:6],
)
def test_check_of_longest_sides_takes_less_than_second(front):
    case = {"front": front, "back": front, "request": {"language": "German"}}
    before = process_time()
    reason_of(case)
    assert process_time() - before < 1
