"""The normalized words and numbers of a text, for comparing cards with notes.

Case, the accents of Latin, Greek and Cyrillic letters, and Arabic vowel marks are ignored. A number
is one token with its sign and separators, by value: "1,000" and "1000" are equal, "3.5" and "3" are
not. Digits of all scripts are equal, and small numbers in words equal digits. A number with three
digits after a single point or comma is read as thousands, unless it starts with 0. Numbers that
cannot be read, such as "12:30", are compared as written.

`static/js/pages/notes/words.js` follows the same rules.

This module is pure.
"""

import re
import unicodedata
from collections.abc import Iterator

ACCENTS = re.compile("[\u0300-\u036f\u0640\u064b-\u0652]")
# These scripts are written without spaces or attach endings to words: Thai to Khmer, kana, Han and
# Hangul.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)
# Several of their characters make a syllable.
ALPHABETIC = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
IS_UNSPACED = re.compile(f"[{UNSPACED}]")
IS_ALPHABETIC = re.compile(f"[{ALPHABETIC}]")
SUPERSCRIPTS = re.compile("([⁰¹²³⁴-⁹]+)")
FRACTIONS = re.compile("(?=[¼-¾⅐-⅞])")
OTHER_DIGITS = re.compile(r"(?![0-9])\d")
UNITS = (
    "km|m|cm|mm|nm|kg|g|mg|t|l|ml|s|ms|h|min|hz|khz|mhz|ghz|w|kw|mw|gw|v|kj|ha|ft|mi|mph|lb|"
    "км|м|см|кг"
)
PERCENT = "per ?cent|prozent|por[ ]ciento|pour[ ]cent|procent|процент|प्रतिशत"
NUMBER = re.compile(
    r"(?P<currency>[$€£¥₹] ?)?"
    rf"(?<![^\W\d_{UNSPACED}])(?<![0-9])(?<![0-9][.,])"
    r"(?P<sign>(?<![^\s(\[\"“])[-\u2212])?"
    r"(?P<digits>[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?(?![0-9])"
    r"|[0-9]{1,2}[/\u2044][0-9]{1,2}(?![/0-9])"
    r"|[0-9]+(?:[.,:'’\u066b\u066c][0-9]+)*)"
    r"(?: ?(?P<unit>[%‰\u066a]|[$€£¥₹](?! ?[0-9])|° ?[cf](?![^\W_])|°"
    rf"|(?:{UNITS})(?![^\W_]))|[ -]?(?P<percent>{PERCENT}))?"
)
DATE = re.compile(r"[0-9]{1,2}([./])[0-9]{1,2}\1[0-9]{2,4}")
# Arabic attaches the article, "and", "in" and other short words to the next word.
ARABIC_PREFIX = re.compile(
    "^(?:[وف]?(?:[بك]?ال|لل)(?=[\u0620-\u064a]{2})|[وفبلك](?=[\u0620-\u064a]{4}))"
)
SEPARATOR = re.compile("[^0-9]")
AS_WRITTEN = re.compile("[:/\u2044]")
WHOLE_NUMBER = re.compile(
    "[0-9]+|[0-9]{1,3}(?:([ .,'’\u066c])[0-9]{3}(?:\\1[0-9]{3})*|,(?:[0-9]{2},)+[0-9]{3})"
)
NUMBER_WORDS = {
    word: str(number)
    for words in (
        "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve",
        "zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf",
        "dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|-|doce",
        "deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze",
        "два|три|четыре|пять|шесть|семь|восемь|девять|десять",
    )
    for number, word in enumerate(words.split("|"), start=2)
}


class _Kinds(dict[str, bool | None]):
    """Whether a character belongs to a script without spaces, or None if it is not in words."""

    def __missing__(self, character: str) -> bool | None:
        is_word = unicodedata.category(character)[0] in "LNM"
        self[character] = kind = is_unspaced(character) if is_word else None
        return kind


_kinds = _Kinds()


def tokens_of(text: str) -> list[str]:
    """Return the normalized words, numbers and units of a text, in their order.

    Text without spaces is one token. A unit is a token after its number.
    """
    folded = _fold(text)
    tokens: list[str] = []
    start = 0
    for match in NUMBER.finditer(folded):
        tokens += _words(folded[start : match.start()])
        tokens += _number_tokens(match)
        start = match.end()
    return [*tokens, *_words(folded[start:])]


def terms_of(tokens: list[str], *, is_source: bool = False) -> list[str]:
    """Return the distinct terms by which texts are compared.

    In scripts without spaces, these are pairs or triples of characters. Single characters are
    included if `is_source` is set, or if there are not enough characters.
    """
    terms: dict[str, None] = {}
    for token in tokens:
        if not is_unspaced(token):
            terms[ARABIC_PREFIX.sub("", token)] = None
            continue
        size = group_size(token)
        for length in range(1, size) if is_source else (min(size, len(token)),):
            terms.update(dict.fromkeys(_groups(token, length)))
        terms.update(dict.fromkeys(_groups(token, size)))
    return list(terms)


def group_size(token: str) -> int:
    """Return the number of characters that are compared together, in scripts without spaces."""
    return 3 if IS_ALPHABETIC.match(token) else 2


def is_unspaced(text: str) -> bool:
    return IS_UNSPACED.match(text) is not None


def is_number(token: str) -> bool:
    """Return whether a token has a digit, such as "3.5" or "h2o"."""
    return any("0" <= character <= "9" for character in token)


def _groups(token: str, size: int) -> Iterator[str]:
    return (token[at : at + size] for at in range(len(token) - size + 1))


def _fold(text: str) -> str:
    apart = FRACTIONS.sub(" ", SUPERSCRIPTS.sub(r"^\1", text))
    bare = ACCENTS.sub("", unicodedata.normalize("NFKD", apart)).casefold()
    folded = unicodedata.normalize("NFC", bare)
    return OTHER_DIGITS.sub(lambda digit: str(unicodedata.decimal(digit[0])), folded)


def _words(text: str) -> list[str]:
    """Return the runs of letters, digits and marks, split between spaced and unspaced scripts."""
    words: list[str] = []
    start, before = 0, None
    for at, character in enumerate(f"{text} "):
        kind = _kinds[character]
        if kind is not before:
            if before is not None:
                word = text[start:at]
                words.append(NUMBER_WORDS.get(word, word))
            start, before = at, kind
    return words


def _number_tokens(match: re.Match[str]) -> Iterator[str]:
    digits = match["digits"]
    is_date = DATE.fullmatch(digits) is not None
    for part in re.split("[./]", digits) if is_date else [digits]:
        yield ("-" if match["sign"] else "") + _value(part)
    unit = match["unit"] or (match["currency"] or "").strip()
    if match["percent"] or unit == "\u066a":
        yield "%"
    elif unit:
        yield unit.replace(" ", "")


def _value(digits: str) -> str:
    """Return the normalized form of a number with separators."""
    separators = SEPARATOR.findall(digits)
    if AS_WRITTEN.search(digits):
        return digits
    whole, decimals = digits, ""
    if separators and _is_decimal(digits, separators):
        whole, decimals = digits.rsplit(separators[-1], 1)
    if not WHOLE_NUMBER.fullmatch(whole):
        return digits
    value = SEPARATOR.sub("", whole).lstrip("0") or "0"
    decimals = decimals.rstrip("0")
    return f"{value}.{decimals}" if decimals else value


def _is_decimal(digits: str, separators: list[str]) -> bool:
    """Return whether the last separator precedes decimals."""
    last = separators[-1]
    if last in " '’\u066c" or separators.count(last) > 1:
        return False
    before, after = digits.rsplit(last, 1)
    is_thousands = len(after) == 3 and len(before) <= 3 and not before.startswith("0")
    return len(separators) > 1 or last == "\u066b" or not is_thousands
