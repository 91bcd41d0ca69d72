"""Parsing of cards: the table that the page's parser shares, and properties of arbitrary text."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flashcards.parsing import parse_cards
from flashcards.parsing.folding import WHITE
from flashcards.parsing.repeats import repeat_key
from tests.contract.parser_cases import CASES, text_of
from tests.helpers.tiers import FACTOR, fuzz
from tests.helpers.timeouts import TIMEOUT_SECONDS

ROOT = Path(__file__).resolve().parent.parent.parent
PARSE_ALL = """
import { readFileSync } from "node:fs";
import { parseCards } from "./static/js/client/parse.js";
const texts = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map((text) => parseCards(text))));
"""
PIECES = [
    '{"front":"a","back":"b"}', '"front":', '"back":', '"', "'", "\\", "\\u", "{", "}", "[", "]",
    ":", ",", "\n", " ", "a", "“", "”",
    "Q: ", "A: ", "1. ", "```", "<think>", "</think>", "\0", "\x1f", "\v", "\x85", "\ud83d", "😀",
    "null", "1.50", "ß", "// ", '"},\n{"',
]  # fmt: skip
# Characters that cards can contain.
CARD_CHARACTERS = st.characters(
    exclude_categories=["Cs", "Cc", "Zl", "Zp"], include_characters="\t\n\r"
)
TWICE_ESCAPED = "\\n"  # the parser reads it as the intended line break
SIDES = st.text(CARD_CHARACTERS, min_size=1, max_size=40).filter(
    lambda text: TWICE_ESCAPED not in text
)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(1 - 10**15, 10**15 - 1)
    | st.text(CARD_CHARACTERS, max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc '_-é1", max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def mutated_outputs(draw):
    """Return a text of the table with a few characters removed, duplicated or replaced."""
    text = text_of(draw(st.sampled_from(CASES)))[:3000]
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at] + draw(st.sampled_from(["", *PIECES])) + text[at + draw(st.integers(0, 5)) :]
        )
    return text


TEXTS = st.text() | st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | mutated_outputs()


def check_cards(text):
    parsed = parse_cards(text)
    assert parsed.cards or parsed.problems
    for card in parsed.cards:
        for side in (card["front"], card["back"]):
            assert 0 < len(side) <= 2000
            assert side == side.strip()
        stored = json.dumps(card, ensure_ascii=False, allow_nan=False)
        assert not re.search(r"(?![\t\n\r])[\0-\x1f\x7f-\x9f\u2028\u2029]", "".join(texts_of(card)))
        stored.encode("utf-8")
    assert all(message.endswith((".", "”")) for message in parsed.problems)


def texts_of(value):
    """Return all strings in a JSON value, including the field names."""
    if isinstance(value, dict):
        return [text for name, field in value.items() for text in [name, *texts_of(field)]]
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_parsed_cards_and_problems_match_shared_cases(case):
    parsed = parse_cards(text_of(case))
    assert parsed.cards == case["cards"]
    assert parsed.problems == case["problems"]


@fuzz(1500)
@given(TEXTS)
@example("[" * 50_000)
@example('{"a":' * 50_000)
@example("[" * 50_000 + "}" * 50_000)
def test_arbitrary_text_gives_valid_cards_or_problems(text):
    check_cards(text)


@fuzz(500)
@given(st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=6), st.sampled_from([None, 1]))
def test_unique_cards_in_valid_json_are_returned_trimmed(pairs, indent):
    cards = [{"front": front, "back": back} for front, back in pairs]
    trimmed = [{side: text.strip(WHITE) for side, text in card.items()} for card in cards]
    unique_cards = {
        repeat_key(**card): card for card in reversed(trimmed) if card["front"] and card["back"]
    }
    parsed = parse_cards(json.dumps(cards, indent=indent))
    assert sorted(map(str, parsed.cards)) == sorted(map(str, unique_cards.values()))


@fuzz(300)
@given(JSON_VALUES)
def test_extra_field_in_valid_json_keeps_its_value(value):
    (card,) = parse_cards(json.dumps([{"front": "a", "back": "b", "extra": value}])).cards
    assert card["extra"] == value


@pytest.mark.fuzz
def test_page_parser_gives_same_cards_and_problems_as_server():
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on the PATH; make test puts one there")
    texts = [text_of(case) for case in CASES] + corpus(2000 * FACTOR)
    run = subprocess.run(
        [node, "--input-type=module", "-e", PARSE_ALL],
        cwd=ROOT,
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT_SECONDS,
    )
    for text, result in zip(texts, json.loads(run.stdout), strict=True):
        parsed = parse_cards(text)
        assert (result["cards"], result["problems"]) == (parsed.cards, parsed.problems), text


def corpus(size):
    """Return broken outputs, which are the same in every run with this size."""
    random = Random(20240607)
    texts = ["".join(random.choices(PIECES, k=random.randrange(40))) for _ in range(size)]
    for case in CASES * 8:
        text = text_of(case)[:3000]
        for _ in range(random.randrange(1, 5)):
            at = random.randrange(len(text) + 1)
            text = text[:at] + random.choice(["", *PIECES]) + text[at + random.randrange(5) :]
        texts.append(text)
    return texts
