"""Recognize generated cards that ask the same, although they are written differently.

`static/js/client/parse/repeats.js` follows the same rules, and `tests/contract/repeat_cases.json`
contains the test cases for both.
"""

import re

from flashcards.parsing.folding import fold

ARTICLES = frozenset(
    ["the", "a", "an", "der", "die", "das", "ein", "eine", "el", "la", "los", "las", "un", "una",
     "le", "les", "l", "une", "il", "lo", "gli", "uno", "het", "een", "os", "uma"]
)  # fmt: skip
GAP_START = re.compile(r"\{\{c[0-9]{1,3}::")
# Marks between digits are part of a number, such as 3.5, and a dash before a digit is a minus sign.
# Other characters, such as + and #, distinguish names and formulas.
PUNCTUATION = re.compile(
    r"(?<![0-9])[.,:]|[.,:](?![0-9])|[-\u2010-\u2015](?![0-9>])"
    r"|[;!?\u2026\xbf\xa1\"'`\xb4\u2018-\u201f\xab\xbb\u2039\u203a()\[\]]"
    r"|[\u3001\u3002\u300c-\u300f\uff01\uff0c\uff1a\uff1b\uff1f\u060c\u061b\u061f\u0964]"
)


def repeat_key(front: str, back: str) -> tuple[str, str]:
    """Return the key that two generated cards share if one of them repeats the other.

    Cards with the same front are repeats. Clozes are repeats only if their backs are the same, too.
    Differences in capitalization, articles, punctuation and white space are ignored.
    """
    return _key(front), _key(back) if GAP_START.search(front) else ""


def _key(text: str) -> str:
    folded = fold(text)
    words = PUNCTUATION.sub(" ", folded).split()
    # The last word cannot be an article, as in "hepatitis A".
    kept = [word for word in words[:-1] if word not in ARTICLES] + words[-1:]
    return " ".join(kept) or folded
