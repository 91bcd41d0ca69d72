"""Recognize generated cards that are useless, although they have a front and a back.

Small models repeat a word forever, stop in the middle of a sentence, copy the example of the
prompt, ignore the requested language, or give the answer away in the question. In doubt, a card is
kept. These rules apply only to cards that a model wrote.

`static/js/client/parse/degenerate.js` follows the same rules, and
`tests/contract/degenerate_cases.json` contains the test cases for both.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext

from flashcards.grammar import WordLimits
from flashcards.parsing.cards import InvalidCard, side_name
from flashcards.parsing.folding import fold
from flashcards.parsing.languages import (
    ALL_STOP_WORDS,
    LANGUAGE_OF_NAME,
    SEPARATOR,
    content_words,
    find_language,
    is_other_language,
    teaches_language,
    words_of,
)
from flashcards.parsing.repeats import repeat_key

GAP = re.compile(r"\{\{c[0-9]{1,3}::([^{}]*?)(?:::[^{}]*)?\}\}")
# Languages without spaces: Thai to Khmer, kana, Han and Hangul.
UNSPACED = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]"
)
HAS_UNSPACED = re.compile(UNSPACED)
SPACE_INSIDE = re.compile(f"(?<={UNSPACED}) (?={UNSPACED})")
NAMED = f"[^0-9{SEPARATOR}]"
# A poly-A tail (AAAAAAA), a blank (______) and a number such as 1000000 are not loops.
CHARACTER_LOOP = re.compile(
    rf"({NAMED})\1{{7}}|([^0-9])\2{{29}}|([0-9])\3{{39}}|({NAMED}{{2,8}}?)\4{{7}}"
)
UNSPACED_LOOP = re.compile(
    rf"({UNSPACED})\1{{4}}|({UNSPACED}{{2,3}})\2{{3}}|({UNSPACED}{{4,7}}?)\3{{2}}"
    rf"|({UNSPACED}{{8,40}}?)\4"
)
PHRASE_WORDS = 16
ONE_WORD_TIMES, SHORT_PHRASE_TIMES, LONG_PHRASE, LONG_PHRASE_TIMES = 4, 3, 5, 2
SINGLE_LETTER_TIMES = 8
LETTER_OF_WORD = re.compile(NAMED)
SENTENCE_ENDS = tuple(".!?:;)]}\"'\xbb\u2019\u201d\u2026\u3002\uff01\uff1f\u061f\u0964")
SHORT_FORM_WORDS = 6
EXAMPLE_WORDS = 4
# Questions that offer answers: with "or", with options such as a) and b), or with a list.
CHOICE = re.compile(
    r"(?:^|[\s,])(?:between|zwischen|entre|or|oder|ou|o|eller|czy|albo|lub|nebo|veya|или|або|या|أو|یا)\s"  # noqa: RUF001
    r"|还是|還是|或|または|それとも|(?:^|\s)\(?[aA1][.)].*\s\(?[bB2][.)]|:.*[,/;]",
    re.DOTALL,
)
QUOTED = re.compile(
    r"\"[^\"]+\"|\u201c[^\u201d]+\u201d|\u201e[^\u201c\u201d]+[\u201c\u201d]|\xab[^\xbb]+\xbb"
    rf"|`[^`]+`|\u300c[^\u300d]+\u300d|(?<!{NAMED})['\u2018][^'\u2018\u2019]+['\u2019](?!{NAMED})"
)
BEFORE_LANGUAGE = frozenset(["in", "into", "to", "auf", "en", "ins"])
AFTER_LANGUAGE = frozenset(["word", "term", "translation", "name", "verb", "noun", "for"])
ARITHMETIC = re.compile(
    r"[0-9)] ?[-+*/\xd7\xf7\xb7^=<>%\u2212] ?[0-9(]|[0-9] ?[%!\xb0]|[|\u221a\u2211\u222b]"
)
YEAR_DIGITS = 4


class Example(NamedTuple):
    """The example in a prompt: its subject, and its cards."""

    subject: str
    cards: Sequence[Mapping[str, str]]


class Requirements(NamedTuple):
    """The facts about a request that its cards are compared with.

    `language` is the user's text, and `material` is the topic and the notes.
    """

    limits: WordLimits
    example: Example
    language: str = ""
    topic: str = ""
    material: str = ""


def check_card(card: Mapping[str, Any], requirements: Requirements) -> None:
    """Raise InvalidCard if the card is useless."""
    front, back = str(card["front"]), str(card["back"])
    for side, text in (("front", front), ("back", back)):
        if is_loop(text):
            raise InvalidCard(gettext("repeats itself in its %(field)s") % _field(side), side)
    has_gap = bool(GAP.search(front))
    side = _cut_off_side(front, back, requirements.limits, has_gap=has_gap)
    if side:
        raise InvalidCard(gettext("breaks off in its %(field)s") % _field(side), side)
    if _repeats_example(front, back, requirements):
        raise InvalidCard(gettext("copies the example from the instructions"))
    if _ignores_language(front, back, requirements):
        language = {"language": requirements.language}
        raise InvalidCard(gettext("is not in the language “%(language)s”") % language)
    if requirements.limits.after_gap and not has_gap:
        return  # nothing shows what to hide, so the front may be the whole sentence
    if _gives_answer_away(front, back):
        raise InvalidCard(gettext("gives its answer away"), "front")


def _field(side: str) -> dict[str, str]:
    return {"field": side_name(side)}


def is_loop(text: str) -> bool:
    """Return whether a character, a word or a short phrase is repeated in a run."""
    folded = fold(text)
    if CHARACTER_LOOP.search(folded):
        return True
    if HAS_UNSPACED.search(folded) and UNSPACED_LOOP.search(SPACE_INSIDE.sub("", folded)):
        return True
    words = words_of(text)
    if len(set(words)) == len(words):
        return False
    return any(
        _has_run(words, length) for length in range(1, min(PHRASE_WORDS, len(words) // 2) + 1)
    )


def _has_run(words: list[str], length: int) -> bool:
    """Return whether a phrase of this many words is repeated in a run that is long enough."""
    times = SHORT_PHRASE_TIMES if length < LONG_PHRASE else LONG_PHRASE_TIMES
    times = ONE_WORD_TIMES if length == 1 else times
    same = 0
    for at in range(length, len(words)):
        same = same + 1 if words[at] == words[at - length] else 0
        if same >= length * (times - 1):
            letters = len(LETTER_OF_WORD.findall("".join(words[at - length + 1 : at + 1])))
            least = length * (SINGLE_LETTER_TIMES - 1)
            if letters > length or (letters and same >= least):
                return True
    return False


def _cut_off_side(front: str, back: str, limits: WordLimits, *, has_gap: bool) -> str:
    """Return the side that ends at its limit in the middle of a sentence, or an empty string.

    A cloze is checked by the words after its gap. Its back is the hidden text or the sentence.
    """
    if has_gap:
        _, _, rest = front[max(match.end() for match in GAP.finditer(front)) :].partition(" ")
        return "front" if _is_cut_off(rest, limits.after_gap) else ""
    sides = (("front", front, limits.front), ("back", back, limits.back))
    return next((side for side, text, limit in sides if _is_cut_off(text, limit)), "")


def _is_cut_off(text: str, limit: int) -> bool:
    if not limit or len(text.split(" ")) != limit or text.endswith(SENTENCE_ENDS):
        return False
    last_words = words_of(text)[-1:]
    return limit > SHORT_FORM_WORDS or not ALL_STOP_WORDS.isdisjoint(last_words)


def _repeats_example(front: str, back: str, requirements: Requirements) -> bool:
    """Return whether the card is one of the example's.

    A long side is enough, because it is not a coincidence. Cards about the example's subject may be
    like the example.
    """
    front_key, back_key = _side_key(front), _side_key(back)
    for card in requirements.example.cards:
        keys = [_example_key(card[side]) for side in ("front", "back")]
        same = [front_key == keys[0], back_key == keys[1]]
        is_long = [len(key.split()) >= EXAMPLE_WORDS for key in keys]
        if all(same) or (same[0] and is_long[0]) or (same[1] and is_long[1]):
            subject = fold(requirements.example.subject)
            return subject not in words_of(requirements.material)
    return False


def _side_key(text: str) -> str:
    return repeat_key(_filled(text), "")[0]


_example_key = lru_cache(maxsize=64)(_side_key)


def _filled(text: str) -> str:
    return GAP.sub(r"\1", text)


def _ignores_language(front: str, back: str, requirements: Requirements) -> bool:
    """Return whether the card is in another language than the user requested.

    Vocabulary cards are in two languages, so they are only checked for their script.
    """
    language = find_language(requirements.language) if requirements.language else None
    if language is None:
        return False
    topic_language = find_language(requirements.topic)
    if teaches_language(requirements.topic) and topic_language not in (None, language):
        return False
    text = f"{_filled(front)} {back}"
    words = [] if teaches_language(requirements.topic) else words_of(text)
    return is_other_language(text, words, language)


def _gives_answer_away(front: str, back: str) -> bool:
    """Return whether the front shows the answer: all of its content words, outside of gaps.

    Quoted words do not count, because a question about them may repeat them in its answer. The same
    is true for the choices of a question, for words of a language, and for figures in sums.
    """
    gaps = [match[1] for match in GAP.finditer(front)]
    if gaps:
        visible = GAP.sub(" ", front)
        return any(_shows(visible, hidden) for hidden in gaps)
    if CHOICE.search(front) and not CHOICE.search(back):
        return False
    return not _asks_for_word(words_of(front)) and _shows(QUOTED.sub(" ", front), back)


def _shows(front: str, answer: str) -> bool:
    front_words, answer_words = words_of(front), words_of(answer)
    compact = "".join(answer_words)
    if HAS_UNSPACED.search(compact):
        return len(compact) >= 2 and compact in "".join(front_words)
    content = content_words(answer_words, of=[*front_words, *answer_words])
    if content and all(word.isdecimal() for word in content):
        has_year = any(len(word) >= YEAR_DIGITS for word in content)
        if not has_year or ARITHMETIC.search(front):
            return False
    return bool(content) and content <= set(front_words)


def _asks_for_word(words: list[str]) -> bool:
    """Return whether a question such as "What is the French word for table?" asks for a word."""
    return any(
        word in LANGUAGE_OF_NAME and (before in BEFORE_LANGUAGE or after in AFTER_LANGUAGE)
        for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False)
    )
