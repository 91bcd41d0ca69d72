"""Find the sentence of the notes that supports a card.

The check compares words, not meanings. A sentence supports a card if all of this is true:

- It contains a large enough share of the answer's normalized words, and, in a long answer, some of
  them next to each other.
- It or the sentence before it contains a large enough share of the question's words, and not much
  less than the sentence that contains most of them.
- It contains every number of the answer with its unit. If it has other numbers as well, a number
  must be next to the same word. The numbers of the question may be in the sentence before it.
- It contains every negation of the answer, next to the same word.

Short words count less. In scripts without spaces, groups of characters take the place of words. In
doubt, the result is "not found", because a card must not appear supported when it is not.

`static/js/pages/notes/grounding.js` follows the same rules, and
`tests/contract/grounding_cases.json` contains the test cases for both.

This module is pure.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import Any, NamedTuple

from flashcards.cloze import filled_and_hidden
from flashcards.sentences import split_sentences
from flashcards.words import is_number, is_unspaced, terms_of, tokens_of

ENOUGH_OF_BACK, ENOUGH_OF_FRONT = 0.7, 0.2
# The share of the front, compared with the sentence that contains most of it.
ENOUGH_OF_BEST = 0.6
# The share of the answer's pairs of neighboring words that are in the sentence, too. It applies to
# answers with at least MANY_PAIRS pairs, and to all answers in Vietnamese, which has a space after
# each syllable.
ENOUGH_OF_PAIRS, MANY_PAIRS = 0.33, 3
VIETNAMESE = re.compile("[\u1ea0-\u1ef9\u0110\u0111\u01a0\u01a1\u01af\u01b0]")
# Weights are integers, so that sums are exact and equal in Python and JavaScript.
WORD_WEIGHT = 80
SHORT_WORD, SHORT_WEIGHT = 3, 20  # for example the, of, is, der, und, el, de
# A word that is missing from the notes is often a question word, such as "which" or "wie".
ABSENT_PERCENT = 50
# Words with a common stem, such as "pump" and "pumps", match only partly.
STEM_PERCENT, STEM_CUT, STEM_LEAST = 65, 2, 4
OURS = frozenset({"found", "sentence"})
UNIT = re.compile("[%‰$€£¥₹]|°[cf]?|[kcmn]?m|[km]?g|[km]?w|[km]?v|[kmg]?hz|m?[sl]|kj|gw|[th]|min")
NEGATION = re.compile(
    "not|no|never|nor|cannot|nicht|kein(?:e[nrsm]?)?|nie|niemals|nunca|jamas|ni|ne|pas|aucune?|non|"
    "nao|nu|niciodata|degil|не|нет|ни|никогда|δεν|οχι|μη|μην|ليس|ليست|لا|لم|لن|غير|नही|नहीं|न|मत|"
    "khong|chang|chua|niet|geen|inte|ikke"
)
UNSPACED_NEGATION = re.compile(
    "ไม่ใช่|ไม่|不是|不|没有|没|沒有|沒|無|无|未|ではない|ではありません|ない|ません|않|아니"
)
# The most tokens, or characters of a token without spaces, that a number or negation is found by.
NEIGHBORS = 2


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
        # The tokens of each sentence, with spaces between and around them.
        self._tokens: list[str] = []
        self._numbers: list[frozenset[str]] = []
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._stems: dict[str, set[int]] = defaultdict(set)
        for at, sentence in enumerate(self.sentences):
            tokens = tokens_of(sentence)
            self._tokens.append(f" {' '.join(tokens)} ")
            self._numbers.append(frozenset(filter(is_number, tokens)))
            for term in terms_of(tokens, is_source=True):
                self._exact[term].add(at)
                for stem in _stems(term):
                    self._stems[stem].add(at)

    def find(self, front: str, back: str) -> SourceMatch:
        """Return the sentence that best supports the card.

        For a cloze, the hidden texts are compared as the question, and the filled text as the
        answer.
        """
        text, hidden_texts = filled_and_hidden(front)
        question, answer = (" ".join(hidden_texts), text) if hidden_texts else (front, back)
        question_tokens, answer_tokens = tokens_of(question), tokens_of(answer)
        if not self._exact or not answer_tokens:
            return UNCHECKED
        evidence = _Evidence(
            question_tokens, answer_tokens, has_syllables=bool(VIETNAMESE.search(answer))
        )
        best = self._best(question_tokens, answer_tokens, evidence)
        return SourceMatch(False) if best is None else SourceMatch(True, self.sentences[best])

    def _best(self, question: list[str], answer: list[str], evidence: "_Evidence") -> int | None:
        """Return the position of the sentence that supports the card best, or None."""
        answer_shares = self._shares(terms_of(answer))
        question_shares = self._shares(terms_of(question), absent_percent=ABSENT_PERCENT)
        least = max(ENOUGH_OF_FRONT, ENOUGH_OF_BEST * max(question_shares.values(), default=0.0))
        scored = []
        for at, share in answer_shares.items():
            here, before = question_shares.get(at, 0.0), question_shares.get(at - 1, 0.0)
            if share >= ENOUGH_OF_BACK and (not question or max(here, before) >= least):
                scored.append((-round(share + here, 6), at))
        return next((at for _, at in sorted(scored) if self._has(evidence, at)), None)

    def _has(self, evidence: "_Evidence", at: int) -> bool:
        """Return whether a sentence has the numbers, negations and neighbors of a card."""
        numbers = self._numbers[at]
        nearby = numbers | self._numbers[at - 1] if at else numbers
        if not (evidence.numbers <= numbers and evidence.question_numbers <= nearby):
            return False
        others = numbers - evidence.numbers - evidence.question_numbers
        return evidence.is_in(self._tokens[at], has_other_numbers=bool(others))

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


class _Evidence:
    """The texts that a sentence must contain to support a card, in addition to enough words."""

    def __init__(self, question: list[str], answer: list[str], *, has_syllables: bool) -> None:
        self.question_numbers = frozenset(filter(is_number, question))
        self.numbers = frozenset(filter(is_number, answer))
        # Duplicates are removed, so that an answer that repeats a word is not slow to look up.
        self._required = {*_units(answer), *_negations(answer)}
        self._number_places = {
            texts
            for at, token in enumerate(answer)
            if is_number(token) and (texts := _places(answer, at))
        }
        self._repeated_numbers = [
            (f" {number} ", count)
            for number, count in Counter(answer).items()
            if count > 1 and is_number(number)
        ]
        self._pairs = {
            f" {first} {second} "
            for first, second in pairwise(answer)
            if not any(is_unspaced(token) or is_number(token) for token in (first, second))
        }
        self._least_pairs = 0.0
        if has_syllables or len(self._pairs) >= MANY_PAIRS:
            self._least_pairs = ENOUGH_OF_PAIRS * len(self._pairs)

    def is_in(self, tokens: str, *, has_other_numbers: bool) -> bool:
        """Return whether a sentence has the units, negations and pairs of words of the answer."""
        required = self._required | (self._number_places if has_other_numbers else set())
        return (
            all(tokens.count(text) >= count for text, count in self._repeated_numbers)
            and all(any(text in tokens for text in texts) for texts in required)
            and sum(text in tokens for text in self._pairs) >= self._least_pairs
        )


def _units(answer: list[str]) -> Iterator[tuple[str, ...]]:
    for number, unit in pairwise(answer):
        if is_number(number) and UNIT.fullmatch(unit):
            yield (f" {number} {unit} ",)


def _negations(answer: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield alternative texts for each negation of an answer. A sentence must contain one."""
    for at, token in enumerate(answer):
        if not is_unspaced(token):
            if NEGATION.fullmatch(token):
                yield _places(answer, at) or (f" {token} ",)
            continue
        for match in UNSPACED_NEGATION.finditer(token):
            before = token[: match.start()][-NEIGHBORS:] or _before(answer, at)
            after = token[match.end() :][:NEIGHBORS] or _after(answer, at)
            texts = [before and before + match[0], after and match[0] + after]
            yield tuple(filter(None, texts)) or (match[0],)


def _places(tokens: list[str], at: int) -> tuple[str, ...]:
    """Return a token with those before it, and with those after it, in the form of a sentence."""
    before, after = _before(tokens, at), _after(tokens, at)
    texts = [before and f"{before}{tokens[at]} ", after and f" {tokens[at]}{after}"]
    return tuple(filter(None, texts))


def _before(tokens: list[str], at: int) -> str:
    """Return the tokens before a token, or the last characters of one without spaces."""
    nearest = tokens[max(0, at - NEIGHBORS) : at]
    if nearest and is_unspaced(nearest[-1]):
        return f"{nearest[-1][-NEIGHBORS:]} "
    words = list(takewhile(lambda token: not is_unspaced(token), reversed(nearest)))
    return f" {' '.join(reversed(words))} " if words else ""


def _after(tokens: list[str], at: int) -> str:
    """Return the tokens after a token, or the first characters of one without spaces."""
    nearest = tokens[at + 1 : at + 1 + NEIGHBORS]
    if nearest and is_unspaced(nearest[0]):
        return f" {nearest[0][:NEIGHBORS]}"
    words = list(takewhile(lambda token: not is_unspaced(token), nearest))
    return f" {' '.join(words)} " if words else ""


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


def _weight(term: str) -> int:
    is_small = len(term) <= SHORT_WORD and not is_number(term) and not is_unspaced(term)
    return SHORT_WEIGHT if is_small else WORD_WEIGHT


def _stems(term: str) -> list[str]:
    """Return the term and its forms without the last one or two letters.

    Stems have at least four letters. Numbers and terms of unspaced scripts have none.
    """
    if is_number(term) or is_unspaced(term):
        return []
    return [term[: len(term) - cut] for cut in range(STEM_CUT + 1) if len(term) - cut >= STEM_LEAST]
