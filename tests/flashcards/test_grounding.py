"""Grounding of cards in notes: the table that the page shares, and properties of arbitrary text."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flashcards.generation import Flashcards
from flashcards.grounding import SourceText, split_sentences

TABLE = Path(__file__).resolve().parent.parent / "contract" / "grounding_cases.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))
SEA = {"topic": "Tides", "count": 2, "source": "Ebb is falling water. Flow is rising water."}
TEXTS = st.text(max_size=80) | st.sampled_from(
    ["The sea falls. The sea rises.", "水は水素と酸素からできている。", "{{c1::a}}", "{{c1::"]
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_table(case):
    assert SourceText(case["source"]).find(case["front"], case["back"]) == (
        case["found"],
        case["sentence"],
    )


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=300, deadline=None)
def test_every_text_has_an_answer_and_a_sentence_stands_in_the_source(source, front, back):
    is_found, sentence = SourceText(source).find(front, back)
    assert is_found in (True, False, None)
    assert bool(sentence) == (is_found is True)
    assert sentence in source


@given(TEXTS)
def test_nothing_is_found_in_no_notes(text):
    assert SourceText(" \n").find(text, text).is_found is None


def test_a_sentence_is_as_it_stands_in_the_notes():
    assert split_sentences("One. Two!\n- three\n\n4.5 m") == ["One.", "Two!", "- three", "4.5 m"]


def test_many_cards_in_long_notes_take_no_time_to_speak_of():
    source = SourceText(
        "\n".join(
            f"Sentence number {at} speaks of thing {at * 7} and of nothing else."
            for at in range(4_000)
        )
    )
    are_found = [
        source.find(f"What does sentence number {at} speak of?", f"thing {at * 7}").is_found
        for at in range(200)
    ]
    assert all(are_found)


def test_a_result_says_of_each_card_whether_it_stands_in_the_notes():
    raw = [
        {"front": "What is ebb?", "back": "Falling water"},
        {"front": "What is a wave?", "back": "A hill of salt"},
    ]
    cards = Flashcards().accept_cards(raw, [], 2, SEA)
    assert [(card["found"], card["sentence"]) for card in cards] == [
        (True, "Ebb is falling water."),
        (False, ""),
    ]


def test_an_engine_cannot_say_itself_that_a_card_was_found():
    raw = [
        {
            "front": "What is a wave?",
            "back": "A hill of salt",
            "found": True,
            "sentence": "A wave is a hill of salt.",
        }
    ]
    (with_notes,) = Flashcards().accept_cards(raw, [], 1, SEA)
    (without,) = Flashcards().accept_cards(raw, [], 1, {"topic": "Tides", "count": 1})
    assert (with_notes["found"], with_notes["sentence"]) == (False, "")
    assert not {"found", "sentence"} & without.keys()
