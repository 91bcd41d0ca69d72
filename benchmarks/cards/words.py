"""Split texts into words, also in scripts that are written without spaces.

Words are in lower case, without compatibility forms. In scripts without spaces, they are the groups
of characters that `flashcards.words` compares.
"""

import unicodedata
from collections import Counter
from itertools import groupby

from flashcards.words import group_size, is_unspaced

CHARACTERS_PER_WORD = 2  # in scripts without spaces, for the length of a text
PHRASE_WORDS = 8
LONG_PHRASE_WORDS = 3


def split_runs(text: str) -> list[str]:
    """Return the runs of letters, digits and marks, split between spaced and unspaced scripts."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    spaced = "".join(
        character if unicodedata.category(character)[0] in "LNM" else " " for character in folded
    )
    return ["".join(run) for chunk in spaced.split() for _, run in groupby(chunk, key=is_unspaced)]


def words(text: str) -> list[str]:
    """Return the words of a text in order, with repetitions."""
    return [word for run in split_runs(text) for word in _words_of_run(run)]


def _words_of_run(run: str) -> list[str]:
    size = group_size(run)
    if not is_unspaced(run) or len(run) < size:
        return [run]
    return [run[at : at + size] for at in range(len(run) - size + 1)]


def joined(text: str) -> str:
    """Return the runs of a text with a space between them, to look for one text in another."""
    return " ".join(split_runs(text))


def word_count(text: str) -> int:
    """Return the number of words. Two characters of a script without spaces count as a word."""
    return sum(
        -(-len(run) // CHARACTERS_PER_WORD) if is_unspaced(run) else 1 for run in split_runs(text)
    )


def has_loop(text: str) -> bool:
    """Return whether the text repeats a word or phrase in a run.

    A loop is a phrase of up to eight words three times in a row, or a phrase of at least three
    words twice in a row. In scripts without spaces, each character counts as a word.
    """
    units = [unit for run in split_runs(text) for unit in (run if is_unspaced(run) else [run])]
    return any(
        _repeats(units, start, size)
        for size in range(1, PHRASE_WORDS + 1)
        for start in range(len(units) - 2 * size + 1)
    )


def _repeats(units: list[str], start: int, size: int) -> bool:
    times = 2 if size >= LONG_PHRASE_WORDS else 3
    phrase = units[start : start + size]
    return units[start : start + times * size] == phrase * times


def f1(first: str, second: str) -> float:
    """Return the harmonic mean of precision and recall of the words of two texts."""
    first_words, second_words = words(first), words(second)
    common = (Counter(first_words) & Counter(second_words)).total()
    return 2 * common / (len(first_words) + len(second_words)) if common else 0.0
