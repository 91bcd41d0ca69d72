"""Languages that users may name, and a test that recognizes a text in another language.

The test looks at the script first. For languages of the same script it looks for frequent words,
and decides only if the text is long enough. Names that are not listed are not checked.

`static/js/client/parse/languages.js` has the same rules and the table of `languages.json`, and
`tests/contract/degenerate_cases.json` contains the test cases for both.
"""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from flashcards.parsing.folding import fold

# Everything that is neither a letter, a digit nor a mark of a letter in the scripts below.
SEPARATOR = (
    "\x00-/:-@\\[-`{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7\u02c2-\u02df\u037e\u0387"
    "\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4"
    "\u0964\u0965\u1680\u2000-\u2bff\u3000-\u3004\u3007-\u3020\u3030\ufeff"
)
WORD = re.compile(f"[^{SEPARATOR}]+")
SCRIPTS = {
    "latin": "A-Za-z\xaa\xba\xc0-\xd6\xd8-\xf6\xf8-\u024f\u1e00-\u1eff",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "cyrillic": "\u0400-\u052f",
    "hebrew": "\u0590-\u05ff",
    "arabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "devanagari": "\u0900-\u097f",
    "bengali": "\u0980-\u09ff",
    "thai": "\u0e00-\u0e7f",
    "hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "kana": "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",  # Japanese also uses Han
}
LETTER = re.compile(f"[{''.join(SCRIPTS.values())}]")
LETTER_OF = {script: re.compile(f"[{ranges}]") for script, ranges in SCRIPTS.items()}
# The fields are a script, names, and frequent words.
LANGUAGES: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("languages.json").read_text(encoding="utf-8")
)
CODE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9]+)*")
TRANSCRIBED = re.compile("roma|translit|pinyin|latin")
# Words that show that a short topic such as "French verbs" is about learning a language.
LESSON = frozenset(
    ["vocabulary", "vocab", "word", "words", "verb", "verbs", "grammar", "phrase", "phrases",
     "noun", "nouns", "adjectives", "pronouns", "idioms", "spelling", "language", "vokabeln",
     "wörter", "verben", "grammatik", "sprache", "vocabulaire", "mots", "verbes", "grammaire",
     "vocabulario", "palabras", "verbos", "gramática"]
)  # fmt: skip
LETTERS_LEAST, SCRIPT_PERCENT = 12, 5
WORDS_LEAST, HITS_LEAST = 7, 2


class Language(NamedTuple):
    code: str
    script: str


def words_of(text: str) -> list[str]:
    """Return the words of a text in order, without differences in capitalization and width."""
    return WORD.findall(fold(text))


LANGUAGE_OF_NAME = {
    fold(name): Language(code, row["script"])
    for code, row in LANGUAGES.items()
    for name in row["names"].split()
}
STOP_WORDS = {code: frozenset(row["words"].split()) for code, row in LANGUAGES.items()}
# Frequent words of only one language of the table.
OWN_WORDS = {
    code: words.difference(*(others for other, others in STOP_WORDS.items() if other != code))
    for code, words in STOP_WORDS.items()
}
ALL_STOP_WORDS: frozenset[str] = frozenset().union(*STOP_WORDS.values())


@lru_cache(maxsize=256)
def find_language(name: str) -> Language | None:
    """Return the language that a user means, by its name or code, or None if that is not clear."""
    folded = fold(name)
    match = CODE.fullmatch(folded)
    if match and match[1] in LANGUAGES:
        return Language(match[1], LANGUAGES[match[1]]["script"])
    if TRANSCRIBED.search(folded):
        return None
    matches = {LANGUAGE_OF_NAME[word] for word in words_of(name) if word in LANGUAGE_OF_NAME}
    return matches.pop() if len(matches) == 1 else None


@lru_cache(maxsize=256)
def teaches_language(topic: str) -> bool:
    """Return whether cards about the topic teach the words of a language."""
    words = words_of(topic)
    is_lesson = len(words) <= 2 or not LESSON.isdisjoint(words)
    return is_lesson and any(word in LANGUAGE_OF_NAME for word in words)


def is_other_language(text: str, words: list[str], language: Language) -> bool:
    """Return whether the text, whose words are passed in, is not in the language."""
    letters = len(LETTER.findall(text))
    of_script = len(LETTER_OF[language.script].findall(text))
    if letters >= LETTERS_LEAST and of_script * 100 < letters * SCRIPT_PERCENT:
        return True
    distinct = set(words)
    own_words = OWN_WORDS[language.code]
    if len(words) < WORDS_LEAST or not own_words or distinct & own_words:
        return False
    return any(
        len(distinct & others) >= HITS_LEAST
        for code, others in OWN_WORDS.items()
        if code != language.code
    )


def content_words(words: list[str], of: list[str]) -> set[str]:
    """Return those of the words that have a meaning alone, in the language of the text `of`.

    Words of one or two letters are left out, except figures.
    """
    distinct = set(of)
    hits = {code: len(distinct & stop_words) for code, stop_words in STOP_WORDS.items()}
    code = max(hits, key=lambda code: hits[code])
    ignored: frozenset[str] = STOP_WORDS[code] if hits[code] else frozenset()
    return {word for word in words if word not in ignored and (len(word) > 2 or word.isdecimal())}
