"""Normalized words and numbers: the table that the page shares."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.words import terms_of, tokens_of
from tests.helpers.tiers import fuzz

TABLE = Path(__file__).resolve().parent.parent / "contract" / "word_cases.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_words_match_shared_cases(case):
    assert tokens_of(case["text"]) == case["tokens"]


@pytest.mark.parametrize(
    ("text", "terms", "source_terms"),
    [
        ("der Hund der", ["der", "hund"], ["der", "hund"]),
        ("心脏病", ["心脏", "脏病"], ["心", "脏", "病", "心脏", "脏病"]),
        ("ปลา", ["ปลา"], ["ป", "ล", "า", "ปล", "ลา", "ปลา"]),
        ("水", ["水"], ["水"]),
        ("والكتاب", ["كتاب"], ["كتاب"]),
    ],
)
def test_terms_are_words_or_groups_of_characters(text, terms, source_terms):
    assert terms_of(tokens_of(text)) == terms
    assert terms_of(tokens_of(text), is_source=True) == source_terms


@fuzz(300)
@given(st.text(max_size=80))
def test_tokens_have_no_spaces_and_terms_of_cards_are_terms_of_notes(text):
    tokens = tokens_of(text)
    assert not any(" " in token or not token for token in tokens)
    assert set(terms_of(tokens)) <= set(terms_of(tokens, is_source=True))
