"""Prompts: the user's text, the rules for cards, and space for the answer."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards import prompts
from flashcards.card_kinds import KIND_OF_OPTION
from flashcards.grammar import (
    BACK_CHARACTERS,
    BACK_WORDS,
    FRONT_CHARACTERS,
    FRONT_WORDS,
    response_format,
)
from flashcards.parsing import parse_cards
from flashcards.prompts import (
    ASCII_PER_TOKEN,
    SOURCE_TOKENS,
    TOKENS_PER_OTHER,
    cut_to_tokens,
    estimate_tokens,
)
from sessions_app.services.generation_kinds import get_kind
from tests.helpers.tiers import fuzz

PROMPT = "Generate 3 flashcards about Tides"
OPTIONS = {"topic": "Tides", "count": 3}


def all_text(messages):
    return "\n".join(message["content"] for message in messages)


def test_user_prompt_is_in_last_message_after_rules_and_example():
    messages = prompts.build_messages(PROMPT, OPTIONS)
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert PROMPT in messages[-1]["content"]
    assert "Write 3 flashcards" in messages[-1]["content"]


@pytest.mark.parametrize("kind", KIND_OF_OPTION)
def test_example_in_messages_matches_response_schema(kind):
    example = prompts.build_messages(PROMPT, OPTIONS | {"kind": kind})[2]["content"]
    jsonschema.validate(json.loads(example), response_format(2)["schema"])


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("language", "Deutsch", "Deutsch"),
        ("difficulty", "hard", "hard"),
        ("kind", "cloze", "{{c1::word}}"),
        ("kind", "definition", "term"),
        ("kind", "riddle", "riddle"),
        ("source", "The moon pulls the sea.", "The moon pulls the sea."),
        ("topic", "Neap tides", "Neap tides"),
    ],
)
def test_option_is_in_messages_only_if_set(option, value, expected):
    assert expected in all_text(prompts.build_messages(PROMPT, OPTIONS | {option: value}))
    assert expected not in all_text(prompts.build_messages(PROMPT, OPTIONS))


def test_too_long_notes_are_cut_at_sentence_end_and_marked_as_cut():
    notes = "The moon pulls the sea. " * 500
    content = prompts.build_messages(PROMPT, OPTIONS | {"source": notes})[-1]["content"]
    assert prompts.CUT_NOTE in content
    assert "pulls the sea.\n</notes>" in content
    assert PROMPT in content


def test_short_notes_are_whole_and_not_marked_as_cut():
    content = prompts.build_messages(PROMPT, OPTIONS | {"source": "The moon pulls the sea."})[-1][
        "content"
    ]
    assert "<notes>\nThe moon pulls the sea.\n</notes>" in content
    assert prompts.CUT_NOTE not in content


@pytest.mark.parametrize("kind", KIND_OF_OPTION)
def test_notes_of_maximum_part_size_are_not_cut_with_many_earlier_cards(kind):
    notes = "The moon pulls. " * 98
    assert SOURCE_TOKENS - 10 < estimate_tokens(notes) <= SOURCE_TOKENS
    fronts = "\n".join(f"- {'x' * 79}" for _ in range(12))
    prompt = f"Generate 3 flashcards about Tides\n\nDo not repeat these:\n{fronts}"
    options = OPTIONS | {
        "kind": kind,
        "language": "Deutsch",
        "difficulty": "medium",
        "source": notes,
    }
    content = prompts.build_messages(prompt, options)[-1]["content"]
    assert prompts.CUT_NOTE not in content
    assert f"<notes>\n{notes.strip()}\n</notes>" in content
    assert fronts in content


def test_page_uses_same_token_constants_as_server():
    page = (
        Path(__file__).resolve().parent.parent.parent / "static/js/pages/notes/chunks.js"
    ).read_text()
    assert f"SOURCE_TOKENS = {SOURCE_TOKENS};" in page
    assert f"ASCII_PER_TOKEN = {ASCII_PER_TOKEN};" in page
    assert f"TOKENS_PER_OTHER = {TOKENS_PER_OTHER};" in page


TEXTS = st.text(max_size=200) | st.sampled_from(
    ["月が海を引く。" * 2000, "sea " * 3000, "x" * 60_000]
)


@fuzz(150)
@given(TEXTS, TEXTS, TEXTS, st.lists(TEXTS, max_size=50), st.integers(1, 50))
def test_messages_take_at_most_1100_estimated_tokens(prompt, topic, source, fronts, count):
    options = {
        "topic": topic[:200],
        "count": count,
        "source": source,
        "language": topic[:40],
        "kind": topic[:40],
        "difficulty": topic[:40],
    }
    assert estimate_tokens(all_text(prompts.build_messages(prompt, options, fronts))) <= 1_100


def test_remaining_cards_are_requested_with_fronts_not_to_repeat():
    request = get_kind("flashcards").engine_request(
        PROMPT, OPTIONS, [{"id": "1", "front": "What is ebb?", "back": "Falling water"}]
    )
    assert request.options == {"topic": "Tides", "count": 2}
    for text in (request.prompt, request.messages[-1]["content"]):
        assert PROMPT in text
        assert "Write 2 more flashcards" in text
        assert "- What is ebb?" in text
    assert request.response_format["schema"]["maxItems"] == 2


def test_first_engine_request_has_unchanged_prompt_and_options():
    request = get_kind("flashcards").engine_request(PROMPT, OPTIONS, [])
    assert request.prompt == PROMPT
    assert request.options == OPTIONS


def test_list_of_fronts_not_to_repeat_is_limited_to_latest_fronts():
    fronts = [f"What is number {number}?" for number in range(50)]
    text = prompts.build_prompt(PROMPT, 1, fronts)
    assert "- What is number 49?" in text
    assert "- What is number 0?" not in text
    assert estimate_tokens(text) < 350


@pytest.mark.parametrize("count", [1, 3, 50])
def test_response_schema_accepts_only_requested_number_of_valid_cards(count):
    schema = response_format(count)["schema"]
    cards = [{"front": f"front {number}", "back": "x" * BACK_CHARACTERS} for number in range(count)]
    jsonschema.validate(cards, schema)
    for invalid_cards in (
        cards[:-1],
        [*cards, cards[0]],
        [*cards[:-1], {"front": "x"}],
        [*cards[:-1], {"front": "x" * (FRONT_CHARACTERS + 1), "back": "y"}],
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(invalid_cards, schema)


def test_texts_of_grammar_match_schema_and_are_parsed_as_cards():
    for text in texts_of_grammar(response_format(2)["grammar"]):
        jsonschema.validate(json.loads(text), response_format(2)["schema"])
        assert len(parse_cards(text).cards) == 2


def test_grammar_is_the_same_for_any_number_of_cards():
    assert response_format(1)["grammar"] == response_format(50)["grammar"]


def texts_of_grammar(grammar):
    """Yield short, long and unusual texts that the grammar allows, shortened to two cards.

    The function applies the grammar's rules by hand, with a fixed choice for each text.
    """
    rules = dict(line.split(" ::= ") for line in grammar.splitlines())
    assert rules["root"] == '"[" card ("," card){49} "]"'
    assert (rules["front"], rules["back"]) == ('word (" " word){0,23}', 'word (" " word){0,31}')
    assert rules["word"] == "sign{1,40}"
    longest = (" ".join(["wordy"] * FRONT_WORDS), " ".join(["wordy"] * BACK_WORDS))
    for front, back in (("a", "b"), longest, ("é😀'", r"\n\"\\\/")):
        parts = [
            json.loads(part) if part.startswith('"') else {"front": front, "back": back}[part]
            for part in rules["card"].split(" ")
        ]
        card = "".join(parts)
        yield f"[{card},{card.replace(front, 'other', 1)}]"


@fuzz(100)
@given(st.text(max_size=400), st.integers(0, 60))
def test_cut_text_is_prefix_within_token_limit(text, tokens):
    cut = cut_to_tokens(text, tokens)
    assert text.startswith(cut)
    assert cut == text or estimate_tokens(cut) <= max(tokens, 1)


def test_request_of_another_part_starts_with_the_same_messages():
    first, second = (
        prompts.build_messages(PROMPT, OPTIONS | {"source": notes})
        for notes in ("The moon pulls the sea.", "Sharks are older than trees.")
    )

    assert first[:-1] == second[:-1]


def test_repeated_request_for_a_part_starts_with_the_same_notes():
    notes = "The moon pulls the sea. " * 60
    first, repeated = (
        prompts.build_messages(PROMPT, OPTIONS | {"source": notes, "count": count}, fronts)
        for count, fronts in ((5, []), (2, ["What moves the tide?"]))
    )

    end = first[-1]["content"].index("</notes>")
    assert notes.strip() in first[-1]["content"][:end]
    assert first[:-1] == repeated[:-1]
    assert first[-1]["content"][:end] == repeated[-1]["content"][:end]
