"""Requests for cards from notes, one sentence after the other."""

from typing import Any

import pytest

from benchmarks.cards.node import run_module
from flashcards.passages import build_passages, pick_sentences
from flashcards.sentences import split_sentences

NOTES = (
    "The Moon goes round the Earth in 27 days. Its gravity pulls the sea and causes the tides. Who"
    " discovered this? The astronomer Kepler suspected it in 1609. Newton explained it with his law"
    " of gravitation. Spring tides occur at full moon and at new moon."
)
USABLE = [each for each in split_sentences(NOTES) if not each.endswith("?")]


def passages(
    cards_so_far: list[dict[str, Any]] | None = None, prompt: str = "", **options: Any
) -> Any:
    options = {"topic": "Tides", "count": 2, "source": NOTES} | options
    prompt = prompt or f"Generate 2 flashcards about {options['topic']}"
    return build_passages(prompt, options, cards_so_far or [])


def texts(sentences: list[dict[str, str]]) -> list[str]:
    return [row["text"] for row in sentences]


def test_prompt_of_the_pages_is_plain_unless_cards_must_not_be_repeated() -> None:
    expression = "[[], ['ebb']].map((fronts) => module.promptExcluding('Tides', 2, fronts))"
    plain, excluding = run_module("pages/generate/prompt.js", expression, None)
    assert passages(prompt=plain)
    assert passages(prompt=excluding) is None


def test_sentences_are_spread_over_the_notes_before_spare_ones() -> None:
    assert texts(pick_sentences(NOTES, 2)) == [USABLE[0], USABLE[2], USABLE[1], USABLE[3]]


def test_all_sentences_are_used_in_their_order_if_there_are_few() -> None:
    assert texts(pick_sentences(NOTES, 20)) == USABLE


def test_passage_starts_with_the_sentence_before() -> None:
    first, second = pick_sentences(NOTES, 20)[:2]
    assert first["passage"] == first["text"]
    assert second["passage"] == f"{first['text']} {second['text']}"


def test_sentences_of_earlier_cards_are_not_used_again() -> None:
    card = {"front": "How long?", "back": "27 days", "sentence": USABLE[0]}
    assert USABLE[0] not in texts(passages([card])["sentences"])


@pytest.mark.parametrize(
    "sentence",
    [
        "Who discovered the tides?",
        "Two words.",
        "In templates, {{ name }} is replaced by the value of a variable.",
        " ".join(["word"] * 41) + ".",
        "地球。",
    ],
)
def test_questions_fragments_and_very_long_sentences_are_not_used(sentence: str) -> None:
    assert pick_sentences(sentence, 1) == []


@pytest.mark.parametrize(
    "notes",
    [
        "地球绕太阳公转一周大约需要三百六十五天。月球引起潮汐。",
        "القلب يضخ الدم إلى جميع أجزاء الجسم. تنقل الرئتان الأكسجين إلى الدم.",
        "पृथ्वी सूर्य के चारों ओर घूमती है। चंद्रमा पृथ्वी के चारों ओर घूमता है।",
    ],
)
def test_sentences_of_other_scripts_are_used(notes: str) -> None:
    assert len(passages(source=notes)["sentences"]) == len(split_sentences(notes))


def test_repeated_sentences_are_used_once() -> None:
    notes = "The cell has a nucleus inside.\n" * 20 + "Water boils at 100 degrees."
    assert texts(pick_sentences(notes, 10)) == [
        "The cell has a nucleus inside.",
        "Water boils at 100 degrees.",
    ]


def test_sentence_with_a_word_of_another_script_is_used() -> None:
    sentence = "Beijing (北京) is the capital of China."
    assert texts(pick_sentences(sentence, 1)) == [sentence]


def test_sentences_that_are_too_long_or_have_control_characters_are_not_used() -> None:
    assert pick_sentences("?" * 59_999 + "a", 1) == []
    assert pick_sentences("x" * 14_000 + " is a very long word.", 1) == []
    assert pick_sentences("The alpha\fbeta gamma delta word.", 1) == []


def test_question_prompt_names_difficulty_and_language() -> None:
    prompt = passages(difficulty="hard", language="English")["questionPrompt"]
    assert prompt.splitlines() == ["Ask for: {answer}", "Difficulty: hard.", "Language: English."]


def test_cloze_has_no_question() -> None:
    assert "questionPrompt" not in passages(kind="cloze")


def test_placeholders_in_the_topic_are_not_filled() -> None:
    assert passages(topic="{answer} to {sentence}")["answerPrompt"].startswith(
        "Topic: answer to sentence.\n"
    )


@pytest.mark.parametrize(
    "options",
    [
        {"source": ""},
        {"kind": "definition"},
        {"kind": "multiple choice"},
        {"prompt": "Only ask about dates"},
        {"prompt": "Generate 2 flashcards about Tides\n\nDo not repeat these:\n- ebb"},
        {"language": "Swahili"},
        {"language": "German"},
        {"source": "x = 1\ny = 2"},
        {"source": "Φεγγάρι έλκει θάλασσα και προκαλεί παλίρροιες."},
    ],
    ids=[
        "no notes",
        "definitions",
        "another kind",
        "own words",
        "cards not to repeat",
        "unknown language",
        "another language than the notes",
        "no sentences",
        "Greek",
    ],
)
def test_no_passages_if_answers_cannot_be_copied(options: dict[str, str]) -> None:
    assert passages(**options) is None
