"""Requests for cards from notes, one sentence after the other.

For each sentence, a model first copies the words that the card asks for. Then it writes the
question. A client lets the model copy only words of the sentence, so the answer is never invented.
docs/decisions/passages.md has the reasons and the measurements.

The texts are for models of at least a billion parameters. The built-in model cannot write the
question.

This module is pure.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from flashcards.card_kinds import CLOZE, DEFAULT_KIND, KIND_OF_OPTION
from flashcards.grammar import QUESTION_GRAMMAR
from flashcards.parsing.languages import find_language, is_other_language, words_of
from flashcards.prompts import cut_to_tokens, option_lines, short
from flashcards.sentences import split_sentences
from flashcards.words import is_unspaced, tokens_of

SPARE = 2  # sentences for each card, because some cards are rejected
MIN_WORDS, MAX_WORDS = 4, 40
MIN_UNSPACED, MAX_UNSPACED = 5, 90  # characters, in scripts without spaces
MAX_CHARACTERS = 500
CONTEXT_TOKENS = 80
# Greek ends questions with a semicolon, which other languages use in sentences.
GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
QUESTION_MARKS = frozenset("?\uff1f\u061f")
NO_GAP = re.compile(r"\{\{|\}\}|::")
# Engines do not have the same escapes for these in a grammar.
CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# The prompt of static/js/pages/generate/prompt.js. Others contain wishes, or cards not to repeat,
# which passages would ignore.
PLAIN_PROMPT = re.compile(r"Generate [0-9]+ flashcards? about (?P<topic>[^\n]*)")
ASK = "Which words of it should the student remember?"
SYSTEM = (
    "You write flashcards from a student's notes. First you copy the words of a sentence that are"
    " worth remembering. Then you ask for them in one short question that can be understood"
    " without the notes. The question does not contain the answer."
)
EXAMPLES = (
    (
        "The Moon goes round the Earth in about 27 days.",
        "27 days",
        "How long does the Moon take to go round the Earth?",
    ),
    (
        "Plants make sugar from light, a process called photosynthesis.",
        "photosynthesis",
        "By which process do plants make sugar from light?",
    ),
)


def build_passages(
    prompt: str, options: Mapping[str, Any], cards_so_far: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Return the contract's `passages` for `options["count"]` more cards, or None.

    It is None without notes, for prompts in the user's own words, for kinds whose answer is not
    part of a sentence, for Greek notes, if the cards may have to be in another language than the
    notes, and if no sentence is left.
    """
    kind = KIND_OF_OPTION.get(str(options.get("kind") or DEFAULT_KIND.name))
    source, language = str(options.get("source") or ""), str(options.get("language") or "")
    is_greek = 2 * len(GREEK.findall(source)) > len(source)
    if not kind or kind.name not in {DEFAULT_KIND.name, CLOZE} or not _is_plain(prompt, options):
        return None
    if is_greek or _is_foreign(source, language):
        return None
    covered = {card.get("sentence") for card in cards_so_far}
    sentences = pick_sentences(source, int(options["count"]), covered)
    if not sentences:
        return None
    return {
        "messages": _opening(),
        "sentences": sentences,
        "answerPrompt": _answer_prompt(options),
        **({} if kind.name == CLOZE else _question(options)),
    }


def pick_sentences(
    source: str, count: int, covered: set[Any] | frozenset[Any] = frozenset()
) -> list[dict[str, str]]:
    """Return the sentences to write `count` cards about, and as many more in case of need.

    Each has its `text`, and the `passage`: the beginning of the sentence before it, then the text.
    The first `count` are spread evenly over the notes, without the `covered` ones.
    """
    unique: dict[str, dict[str, str]] = {}
    for before, text in pairwise(["", *split_sentences(source)]):
        if text not in unique and text not in covered and _is_usable(text):
            passage = f"{cut_to_tokens(before[:MAX_CHARACTERS], CONTEXT_TOKENS)} {text}".strip()
            unique[text] = {"text": text, "passage": passage}
    rows = list(unique.values())
    first = [rows[index * len(rows) // count] for index in range(min(count, len(rows)))]
    if len(rows) <= count:
        return rows
    rest = [row for row in rows if row not in first]
    more = min(len(rest), count * (SPARE - 1))
    return [*first, *(rest[index * len(rest) // more] for index in range(more))]


def _is_usable(sentence: str) -> bool:
    """Return whether a sentence can be asked about: it is neither a question nor a fragment."""
    if len(sentence) > MAX_CHARACTERS or NO_GAP.search(sentence) or CONTROL.search(sentence):
        return False
    if not QUESTION_MARKS.isdisjoint(sentence[-3:]):
        return False
    words = tokens_of(sentence)
    unspaced = [word for word in words if is_unspaced(word)]
    characters, spaced = sum(map(len, unspaced)), len(words) - len(unspaced)
    if characters > spaced:
        return characters >= MIN_UNSPACED and characters + spaced <= MAX_UNSPACED
    return MIN_WORDS <= len(words) <= MAX_WORDS


def _is_plain(prompt: str, options: Mapping[str, Any]) -> bool:
    """Return whether the prompt only contains the number of cards and the topic."""
    match = PLAIN_PROMPT.fullmatch(prompt.strip())
    return match is not None and match["topic"].strip() == str(options["topic"]).strip()


def _is_foreign(source: str, language: str) -> bool:
    """Return whether the cards may have to be in another language than the notes."""
    if not language.strip():
        return False
    wanted = find_language(language)
    return wanted is None or is_other_language(source, words_of(source), wanted)


def _opening() -> list[dict[str, str]]:
    messages = [{"role": "system", "content": SYSTEM}]
    for sentence, answer, question in EXAMPLES:
        messages += [
            {"role": "user", "content": f"Sentence: {sentence}\n{ASK}"},
            {"role": "assistant", "content": answer},
            {"role": "user", "content": f"Ask for: {answer}"},
            {"role": "assistant", "content": question},
        ]
    return messages


def _answer_prompt(options: Mapping[str, Any]) -> str:
    topic = _without_placeholders(short(options["topic"]))
    return f"Topic: {topic}.\nNotes: {{passage}}\nSentence: {{sentence}}\n{ASK}"


def _question(options: Mapping[str, Any]) -> dict[str, str]:
    lines = ["Ask for: {answer}", *map(_without_placeholders, option_lines(options))]
    return {"questionPrompt": "\n".join(lines), "questionGrammar": QUESTION_GRAMMAR}


def _without_placeholders(text: str) -> str:
    return re.sub("[{}]", "", text)
