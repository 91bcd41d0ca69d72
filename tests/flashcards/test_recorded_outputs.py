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
COMPLETE_CONSTRAINED_RECORDS = [
    record for record in RECORDS if record["isConstrained"] and record["finishReason"] == "stop"
]


def test_recorded_outputs_cover_both_engines_with_and_without_grammar():
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
def test_recorded_output_is_parsed_to_approved_cards_and_problems(record):
    parsed = parse_cards(record["text"])
    assert (parsed.cards, parsed.problems) == (record["cards"], record["problems"])


@pytest.mark.parametrize("record", COMPLETE_CONSTRAINED_RECORDS, ids=lambda record: record["name"])
def test_complete_constrained_output_is_valid_json_and_loses_only_duplicates(record):
    output_cards = json.loads(record["text"])
    parsed = parse_cards(record["text"])
    assert len(output_cards) == record["count"] == len(parsed.cards) + len(parsed.problems)
    assert all("repeats an earlier card" in problem for problem in parsed.problems)
    assert all(card in output_cards for card in parsed.cards)


@pytest.mark.parametrize(
    "record",
    [record for record in COMPLETE_CONSTRAINED_RECORDS if record["kind"] == "cloze"],
    ids=lambda record: record["name"],
)
def test_cards_of_constrained_cloze_output_have_gap(record):
    assert [as_kind(card, "cloze")["kind"] for card in record["cards"]] == ["cloze"] * len(
        record["cards"]
    )
