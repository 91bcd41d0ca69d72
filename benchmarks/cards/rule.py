"""Cloze cards that a rule makes of notes, without a model."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.cards.errors import BenchmarkError
from benchmarks.cards.words import word_count, words
from flashcards.grounding import split_sentences
from mindflip.embedded.run import ROOT

MODULE = ROOT / "static/js/pages/notes/instant-cards.js"
SCRIPT = """
import { readFileSync } from "node:fs";
const { module, texts, count } = JSON.parse(readFileSync(0, "utf8"));
const { instantCards } = await import(module);
process.stdout.write(JSON.stringify(texts.map((text) => instantCards(text, count))));
"""

LONG_SENTENCE = 24
CLAUSE_WORDS = range(6, 33)
RARE_WORD_LETTERS = 7
CLAUSE_END = re.compile(r"(?<=[;,:]) (?=(?:and|but|which|while|where|who|or)\b)|; ")
NAME = re.compile(r"\b[A-Z][\w\u2019'-]+(?: (?:of |the )?[A-Z][\w\u2019'-]+)*")
NUMBER = re.compile(r"\d[\d,.]*\d%?|\d+%?")
LONG_WORD = re.compile(rf"\b[^\W\d_]{{{RARE_WORD_LETTERS},}}\b")


def instant_cards(texts: Sequence[str], count: int) -> list[list[dict[str, Any]]]:
    """Return at most `count` cards for each text, by the page's rule if it has one."""
    if MODULE.exists():
        return _run_module(texts, count)
    return [_cards(text, count) for text in texts]


def _run_module(texts: Sequence[str], count: int) -> list[list[dict[str, Any]]]:
    """Run the page's module on all texts in one process."""
    node = shutil.which("node") or shutil.which("node", path=ROOT / ".venv/bin")
    if node is None:
        raise BenchmarkError("The rule needs node. Run `make installed` to install it.")
    request = json.dumps({"module": MODULE.as_uri(), "texts": list(texts), "count": count})
    command = [node, "--input-type=module", "--eval", SCRIPT]
    run = subprocess.run(command, input=request, capture_output=True, text=True, check=False)
    if run.returncode:
        raise BenchmarkError(f"{MODULE} failed: {run.stderr.strip()}")
    cards: list[list[dict[str, Any]]] = json.loads(run.stdout)
    return cards


def _cards(text: str, count: int) -> list[dict[str, Any]]:
    """Return the cards of a text: one for each clause, and then a second and third one."""
    rows = [(clause, hidden) for clause in _clauses(text) if (hidden := _hideable(clause, text))]
    cards: list[dict[str, Any]] = []
    for turn in range(3):
        for clause, hidden in rows:
            if turn < len(hidden) and len(cards) < count:
                cards.append(_cloze(clause, hidden[turn]))
    return cards


def _clauses(text: str) -> Iterator[str]:
    for sentence in split_sentences(text):
        is_long = word_count(sentence) > LONG_SENTENCE
        for clause in CLAUSE_END.split(sentence) if is_long else [sentence]:
            if word_count(clause) in CLAUSE_WORDS:
                yield clause.strip()


def _hideable(clause: str, text: str) -> list[str]:
    """Return what a card can hide: the longest name, the first number, and the longest rare word.

    The first word of a clause has a capital letter in any case and is not a name.
    """
    text_words = words(text)
    names = sorted(NAME.findall(clause[1:]), key=len, reverse=True)
    rare = [
        word for word in LONG_WORD.findall(clause[1:]) if text_words.count(word.casefold()) == 1
    ]
    return [
        *names[:1],
        *NUMBER.findall(clause)[:1],
        *sorted(rare, key=len, reverse=True)[:1],
    ]


def _cloze(clause: str, hidden: str) -> dict[str, Any]:
    start = clause.find(hidden, 1 if hidden[0].isupper() else 0)
    end = start + len(hidden)
    return {"front": f"{clause[:start]}{{{{c1::{hidden}}}}}{clause[end:]}", "back": hidden}
