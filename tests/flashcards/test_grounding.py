"""Grounding of cards in notes: the table that the page shares, and properties of arbitrary text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.generation import Flashcards
from flashcards.grounding import SourceText
from tests.helpers.tiers import fuzz

TABLE = Path(__file__).resolve().parent.parent / "contract" / "grounding_cases.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))
SEA = {"topic": "Tides", "count": 2, "source": "Ebb is falling water. Flow is rising water."}
TEXTS = st.text(max_size=80) | st.sampled_from(
    ["The sea falls. The sea rises.", "水は水素と酸素からできている。", "{{c1::a}}", "{{c1::"]
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_grounding_matches_shared_cases(case):
    assert SourceText(case["source"]).find(case["front"], case["back"]) == (
        case["found"],
        case["sentence"],
    )


@fuzz(300)
@given(TEXTS, TEXTS, TEXTS)
def test_sentence_is_part_of_source_and_set_only_if_card_is_found(source, front, back):
    is_found, sentence = SourceText(source).find(front, back)
    assert is_found in (True, False, None)
    assert bool(sentence) == (is_found is True)
    assert sentence in source


@fuzz(100)
@given(TEXTS)
def test_grounding_is_unknown_without_notes(text):
    assert SourceText(" \n").find(text, text).is_found is None


def test_all_200_cards_are_found_in_their_sentences_of_long_notes():
    sentences = [
        f"Sentence number {at} speaks of thing {at * 7} and of nothing else." for at in range(4_000)
    ]
    source = SourceText("\n".join(sentences))
    matches = [
        source.find(f"What does sentence number {at} speak of?", f"thing {at * 7}")
        for at in range(200)
    ]
    assert all(match.is_found for match in matches)
    assert [match.sentence for match in matches] == sentences[:200]


def test_accepted_cards_include_found_flag_and_sentence_of_notes():
    raw = [
        {"front": "What is ebb?", "back": "Falling water"},
        {"front": "What is a wave?", "back": "A hill of salt"},
    ]
    cards = Flashcards().accept_cards(raw, [], 2, SEA)
    assert [(card["found"], card["sentence"]) for card in cards] == [
        (True, "Ebb is falling water."),
        (False, ""),
    ]


def test_grounding_fields_sent_by_engine_are_ignored():
    raw = [
        {
            "front": "What is a wave?",
            "back": "A hill of salt",
            "found": True,
            "sentence": "A wave is a hill of salt.",
        }
    ]
    (with_notes,) = Flashcards().accept_cards(raw, [], 1, SEA)
    (without_notes,) = Flashcards().accept_cards(raw, [], 1, {"topic": "Tides", "count": 1})
    assert (with_notes["found"], with_notes["sentence"]) == (False, "")
    assert not {"found", "sentence"} & without_notes.keys()
