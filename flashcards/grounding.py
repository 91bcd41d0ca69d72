"""Find the sentence of the notes that supports a card.

The check compares words, not meanings. A sentence supports a card if it contains a large enough
share of the card's normalized words. Short words count less, and every number must match. In
scripts without spaces, pairs of characters take the place of words. In doubt, the result is "not
found", because a card must not appear supported when it is not.

`static/js/pages/notes/grounding.js` follows the same rules, and
`tests/contract/grounding_cases.json` contains the test cases for both.

This module is pure.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from flashcards.cloze import filled_and_hidden
from flashcards.sentences import split_sentences

ENOUGH_OF_BACK, ENOUGH_OF_FRONT = 0.7, 0.35
# Weights are integers, so that sums are exact and equal in Python and JavaScript.
WORD_WEIGHT = 80
SHORT_WORD, SHORT_WEIGHT = 3, 20  # for example the, of, is, der, und, el, de
# A word that is missing from the notes is often a question word, such as "which" or "wie".
ABSENT_PERCENT = 50
# Words with a common stem, such as "pump" and "pumps", match only partly.
STEM_PERCENT, STEM_CUT, STEM_LEAST = 65, 2, 4
OURS = frozenset({"found", "sentence"})
ACCENTS = re.compile("[\u0300-\u036f]")
# These scripts are written without spaces or attach endings to words: Thai to Khmer, kana, Han and
# Hangul.
UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0x20000, 0x3134F),
)  # fmt: skip


class SourceMatch(NamedTuple):
    """The result of looking up a card in its source.

    `is_found` is None if the card could not be checked. `sentence` is copied unchanged from the
    source, and is empty unless the card was found.
    """

    is_found: bool | None
    sentence: str = ""


UNCHECKED = SourceMatch(None)


class SourceText:
    """Notes that are indexed for looking up cards."""

    def __init__(self, text: str) -> None:
        self.sentences = split_sentences(text)
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._stems: dict[str, set[int]] = defaultdict(set)
        for at, sentence in enumerate(self.sentences):
            for word in words_of(sentence, is_source=True):
                self._exact[word].add(at)
                for stem in _stems(word):
                    self._stems[stem].add(at)

    def find(self, front: str, back: str) -> SourceMatch:
        """Return the sentence that best supports the card.

        For a cloze, the hidden texts are compared as the question, and the filled text as the
        answer.
        """
        text, hidden_texts = filled_and_hidden(front)
        question, answer = (" ".join(hidden_texts), text) if hidden_texts else (front, back)
        question_words, answer_words = words_of(question), words_of(answer)
        if not self._exact or not answer_words:
            return UNCHECKED
        best = self._best(question_words, answer_words)
        return SourceMatch(False) if best is None else SourceMatch(True, self.sentences[best])

    def _best(self, question: list[str], answer: list[str]) -> int | None:
        """Return the position of the sentence that supports the card best, or None.

        The sentence must contain enough of the answer. The question and the numbers may also be in
        the sentence before it.
        """
        answer_shares = self._shares(answer)
        question_shares = self._shares(question, absent_percent=ABSENT_PERCENT)
        number_places = [
            self._exact.get(word, set()) for word in {*question, *answer} if _is_number(word)
        ]
        scored = []
        for at, share in answer_shares.items():
            of_front = (
                max(question_shares.get(at, 0.0), question_shares.get(at - 1, 0.0))
                if question
                else 1.0
            )
            if (
                share >= ENOUGH_OF_BACK
                and of_front >= ENOUGH_OF_FRONT
                and all(at in places or at - 1 in places for places in number_places)
            ):
                scored.append((round(share + question_shares.get(at, 0.0), 6), -at))
        return -max(scored)[1] if scored else None

    def _shares(self, words: list[str], absent_percent: int = 100) -> dict[int, float]:
        """Return each matching sentence's share of the total weight of the words.

        Sentences without any of the words are omitted. A word that is not in the notes counts
        `absent_percent` of its weight.

        Words that share a stem are counted together, so that each list of sentences is read a
        bounded number of times.
        """
        total = sum(
            _weight(word) * (100 if word in self._exact else absent_percent) // 100
            for word in words
        )
        weights: dict[int, int] = defaultdict(int)
        # The key is a stem and the number of shorter stems of its word.
        by_stem: dict[tuple[str, int], int] = defaultdict(int)
        for word in words:
            stems = _stems(word)
            alike = _weight(word) * STEM_PERCENT // 100 if stems else 0
            for at in self._exact.get(word, ()):
                weights[at] += _weight(word) - alike
            for position, stem in enumerate(stems):
                by_stem[stem, len(stems) - 1 - position] += alike
        for (stem, shorter), weight in by_stem.items():
            counted = [
                self._stems.get(stem[: len(stem) - cut], set()) for cut in range(1, shorter + 1)
            ]
            for at in self._stems.get(stem, set()).difference(*counted):
                weights[at] += weight
        return {at: weight / total for at, weight in weights.items()}


# The cards of a generation arrive separately but share the same notes.
_source_text = lru_cache(maxsize=16)(SourceText)


def with_source_match(cards: Iterable[Mapping[str, Any]], source: str) -> list[dict[str, Any]]:
    """Return the cards with `found` and `sentence` set from the source.

    Values that the cards already have for these fields are dropped. Without a source, both fields
    are omitted.
    """
    bare = [{name: value for name, value in card.items() if name not in OURS} for card in cards]
    if not source.strip():
        return bare
    notes = _source_text(source)
    for card in bare:
        match = notes.find(card["front"], card["back"])
        card |= {"found": match.is_found, "sentence": match.sentence}
    return bare


def words_of(text: str, *, is_source: bool = False) -> list[str]:
    """Return the distinct normalized words of a text.

    In scripts without spaces, return pairs of characters instead of words. Single characters are
    included if `is_source` is set, or if a character has no neighbor to pair with.
    """
    words: dict[str, None] = {}
    # Ignore case, and the accents of Latin, Greek and Cyrillic letters.
    folded = ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
    for run in _runs(unicodedata.normalize("NFC", folded)):
        if not _is_unspaced(run[0]):
            words[run] = None
        elif len(run) == 1 or is_source:
            words.update(dict.fromkeys(run))
        words.update(
            dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1) if _is_unspaced(run[0]))
        )
    return list(words)


def _runs(text: str) -> list[str]:
    """Return the runs of letters, digits and marks, split between spaced and unspaced scripts."""
    runs: list[str] = []
    start, before = 0, None
    for at, character in enumerate(f"{text} "):
        kind = _is_unspaced(character) if unicodedata.category(character)[0] in "LNM" else None
        if kind is not before:
            if before is not None:
                runs.append(text[start:at])
            start, before = at, kind
    return runs


def _is_unspaced(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in UNSPACED)


def _is_number(word: str) -> bool:
    return any(unicodedata.category(character) == "Nd" for character in word)


def _weight(word: str) -> int:
    is_small = len(word) <= SHORT_WORD and not _is_number(word) and not _is_unspaced(word[0])
    return SHORT_WEIGHT if is_small else WORD_WEIGHT


def _stems(word: str) -> list[str]:
    """Return the word and its forms without the last one or two letters.

    Stems have at least four letters. Numbers and words of unspaced scripts have none.
    """
    if _is_number(word) or _is_unspaced(word[0]):
        return []
    return [word[: len(word) - cut] for cut in range(STEM_CUT + 1) if len(word) - cut >= STEM_LEAST]
