"""Repeats among generated cards: the table that the page's parser shares."""

import json
from pathlib import Path

import pytest

from flashcards.parsing import accept_cards
from flashcards.parsing.repeats import repeat_key

TABLE = Path(__file__).resolve().parent.parent / "contract" / "repeat_cases.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_repeated_cards_share_key_as_in_table(case):
    keys = {repeat_key(**case["first"]), repeat_key(**case["second"])}
    assert len(keys) == (1 if case["isRepeat"] else 2)


def test_card_with_front_of_earlier_card_and_other_back_is_rejected():
    earlier = {"front": "What is the ebb?", "back": "Falling water"}
    accepted = accept_cards([{"front": "What is ebb", "back": "A tide"}], [earlier], 1)
    assert accepted.cards == []
    assert accepted.problems == ["Card 1 repeats an earlier card."]
