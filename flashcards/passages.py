"""Requests for cards from notes, one sentence after the other.

For each sentence, a model first copies the words that the card asks for. Then it writes the
question. A client lets the model copy only words of the sentence, so the answer is never invented.
docs/decisions/passages.md has the reasons and the measurements.

The texts are for models of at least a billion parameters. Smaller ones cannot write the question.

This module is pure.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from flashcards.card_kinds import CLOZE, DEFAULT_KIND, KIND_OF_OPTION
from flashcards.grammar import QUESTION_GRAMMAR
from flashcards.parsing.languages import find_language, is_other_language, words_of
from flashcards.prompts import cut_to_tokens
from flashcards.sentences import split_sentences
from flashcards.words import is_unspaced, tokens_of

SPARE = 2  # sentences for each card, because some cards are rejected
MIN_WORDS, MAX_WORDS = 4, 40
MIN_UNSPACED, MAX_UNSPACED = 5, 90  # characters, in scripts without spaces
CONTEXT_TOKENS, OPTION_TOKENS = 80, 60
# Greek ends questions with a semicolon, which other languages use in sentences.
GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
QUESTION = re.compile(r"[?\uff1f\u061f]\W*\Z")
NO_GAP = re.compile(r"\{\{|\}\}|::")
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
    options: Mapping[str, Any], cards_so_far: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Return the contract's `passages` for `options["count"]` more cards, or None.

    It is None without notes, for kinds whose answer is not part of a sentence, for Greek notes, if
    the cards must be in another language than the notes, and if no sentence is left.
    """
    kind = KIND_OF_OPTION.get(str(options.get("kind") or ""), DEFAULT_KIND)
    source, language = str(options.get("source") or ""), str(options.get("language") or "")
    is_greek = 2 * len(GREEK.findall(source)) > len(source)
    if kind.name not in {DEFAULT_KIND.name, CLOZE} or is_greek or _is_foreign(source, language):
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

    Each has its `text`, and the `passage` of the notes that ends with it. The first `count` are
    spread evenly over the notes, without the `covered` ones.
    """
    everything = ["", *split_sentences(source)]
    rows = [
        {"text": text, "passage": f"{cut_to_tokens(before, CONTEXT_TOKENS)} {text}".strip()}
        for before, text in pairwise(everything)
        if text not in covered and _is_usable(text)
    ]
    first = [rows[index * len(rows) // count] for index in range(min(count, len(rows)))]
    if len(rows) <= count:
        return rows
    rest = [row for row in rows if row not in first]
    more = min(len(rest), count * (SPARE - 1))
    return [*first, *(rest[index * len(rest) // more] for index in range(more))]


def _is_usable(sentence: str) -> bool:
    """Return whether a sentence can be asked about: it is neither a question nor a fragment."""
    if QUESTION.search(sentence) or NO_GAP.search(sentence) or "\n" in sentence:
        return False
    words = tokens_of(sentence)
    unspaced = sum(len(word) for word in words if is_unspaced(word))
    if unspaced:
        return MIN_UNSPACED <= unspaced <= MAX_UNSPACED
    return MIN_WORDS <= len(words) <= MAX_WORDS


def _is_foreign(source: str, language: str) -> bool:
    """Return whether the cards must be in another language than the notes."""
    wanted = find_language(language)
    return wanted is not None and is_other_language(source, words_of(source), wanted)


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
    return f"Topic: {_short(options['topic'])}.\nNotes: {{passage}}\nSentence: {{sentence}}\n{ASK}"


def _question(options: Mapping[str, Any]) -> dict[str, str]:
    lines = [
        "Ask for: {answer}",
        *(
            f"{name}: {_short(options[key])}."
            for key, name in (("difficulty", "Difficulty"), ("language", "Language"))
            if options.get(key)
        ),
    ]
    return {"questionPrompt": "\n".join(lines), "questionGrammar": QUESTION_GRAMMAR}


def _short(value: Any) -> str:
    """Return a value on one line, without the braces of placeholders."""
    return cut_to_tokens(" ".join(re.sub(r"[{}]", "", str(value)).split()), OPTION_TOKENS)
