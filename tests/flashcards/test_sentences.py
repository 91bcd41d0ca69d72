"""Sentences of a text: the table that the page shares, and properties of arbitrary text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.sentences import SPACES, split_sentences
from tests.helpers.tiers import fuzz

TABLE = Path(__file__).resolve().parent.parent / "contract" / "sentence_cases.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))
PIECES = st.sampled_from(
    [
        "Ebb",
        "z. B.",
        "J.",
        "3.",
        "am",
        "。",
        "」",
        "।",
        "?",
        "”",
        "…",
        "\n",
        "\n\n",
        " ",
        "ปลา",
        "[1]",
    ]
)
TEXTS = st.text(max_size=80) | st.lists(PIECES, max_size=40).map("".join)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_sentences_match_shared_cases(case):
    assert split_sentences(case["text"]) == case["sentences"]


@fuzz(300)
@given(TEXTS)
def test_sentences_are_the_whole_text_except_for_spaces_between_them(text):
    rest = text
    for sentence in split_sentences(text):
        assert sentence == sentence.strip(SPACES) != ""
        before, sentence_found, rest = rest.partition(sentence)
        assert sentence_found
        assert before.strip(SPACES) == ""
    assert rest.strip(SPACES) == ""
