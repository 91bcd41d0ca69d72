"""Recorded outputs of SmolLM2 through both engines, and the cards that the parser reads in them.

tests/e2e/engines/test_record_outputs.py records the outputs.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from flashcards.cloze import as_kind
from flashcards.parsing import parse_cards

TABLE = Path(__file__).resolve().parent.parent / "contract" / "recorded_outputs.json"
RECORDS = json.loads(TABLE.read_text(encoding="utf-8"))
CONSTRAINED_AND_WHOLE = [
    record for record in RECORDS if record["isConstrained"] and record["finishReason"] == "stop"
]


def test_both_engines_are_recorded_with_and_without_a_grammar():
    counts = Counter((record["engine"], record["isConstrained"]) for record in RECORDS)
    assert sum(counts.values()) >= 60
    assert (
        min(
            counts[engine, is_constrained]
            for engine in ("wllama", "webllm")
            for is_constrained in (True, False)
        )
        >= 15
    )


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["name"])
def test_the_parser_makes_of_it_what_was_read_and_approved(record):
    parsed = parse_cards(record["text"])
    assert (parsed.cards, parsed.problems) == (record["cards"], record["problems"])


@pytest.mark.parametrize("record", CONSTRAINED_AND_WHOLE, ids=lambda record: record["name"])
def test_what_a_grammar_let_through_whole_is_valid_json_and_loses_nothing_but_repetitions(record):
    written = json.loads(record["text"])
    parsed = parse_cards(record["text"])
    assert len(written) == record["count"] == len(parsed.cards) + len(parsed.problems)
    assert all("repeats an earlier card" in problem for problem in parsed.problems)
    assert all(card in written for card in parsed.cards)


@pytest.mark.parametrize(
    "record",
    [record for record in CONSTRAINED_AND_WHOLE if record["kind"] == "cloze"],
    ids=lambda record: record["name"],
)
def test_a_cloze_under_its_grammar_has_a_gap(record):
    assert [as_kind(card, "cloze")["kind"] for card in record["cards"]] == ["cloze"] * len(
        record["cards"]
    )
