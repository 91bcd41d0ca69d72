"""Split a text into sentences, in any script.

- A full stop, question mark, exclamation mark or ellipsis ends a sentence if a space follows. The
  quotation marks, brackets and footnote numbers after it belong to the sentence.
- A full stop does not end a sentence after an initial, an abbreviation or an ordinal number.
  Neither does any of these marks before a lower-case word, unless the sentence started with one.
- The marks of Chinese, Japanese, Hindi and other scripts end a sentence without a space.
- Thai and Lao have no marks. A space between two words ends a sentence of at least MIN_UNMARKED
  characters.
- A line break ends a sentence, unless a long line continues with a lower-case word.

Sentences are parts of the text, unchanged and without the spaces around them.

`static/js/pages/notes/sentences.js` follows the same rules, and
`tests/contract/sentence_cases.json` contains the test cases for both.

This module is pure.
"""

import re
import unicodedata

LONG_LINE = 40
MIN_UNMARKED = 120
WINDOW = 24  # the number of characters that are read before and after a mark
# The characters that \s matches in JavaScript.
SPACES = " \t\n\v\f\r\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
CLOSING = "[\"'”’»›)\\]}」』）】》〉]*"
CLOSING_BEFORE_SPACE = "[\"'”’“‘»«›)\\]}]*"  # in some languages, these also open
FOOTNOTES = r"(?:\[[0-9]{1,3}\])*"
# Thai and Lao letters, without the repetition marks.
UNMARKED = "[\u0e01-\u0e45\u0e47-\u0e4e\u0e81-\u0ec5\u0ec7-\u0ece]"
# A possible end: a mark and what belongs to it, then the spaces that follow.
END = re.compile(
    rf"(?P<strong>[。！？｡।॥؟۔።፧։។៕။]+{CLOSING}{FOOTNOTES})[{SPACES}]*"
    rf"|(?<![.!?…])(?P<weak>(?:[.!?…]+|(?<=[\u0370-\u03ff])[;\u037e])"
    rf"{CLOSING_BEFORE_SPACE}(?:[ \u00a0\u202f]»)?{FOOTNOTES})[{SPACES}]+"
    rf"|(?<={UNMARKED})(?P<space>\ +)(?={UNMARKED})"
    rf"|[\n\r\u2028\u2029][{SPACES}]*"
)
LINE_BREAK = re.compile("\r\n?|[\n\u2028\u2029]")
# After a closing quotation mark, these continue the sentence.
CONTINUING = frozenset("、，,と")
BEFORE_WORD = re.compile(rf"[{SPACES}\"'“”„‘’«»‹(\[¿¡–—*•#>-]*")
LAST_WORD = re.compile(rf"[^{SPACES}(\[“„\"']*\Z")
WORD = re.compile(r"[^\W\d_]+")
INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}|[^\W\d_]")
ENDS_UNMARKED = re.compile(rf"{UNMARKED}\Z")
# A number before a single letter makes it a unit, such as "5 m", and no initial.
UNIT_NUMBER = re.compile(rf"(?:[0-9]|\b[IVXLC]+)[{SPACES}]*\Z")
ABBREVIATIONS = re.compile(
    "dr|mr|mrs|ms|prof|st|mt|sr|sra|srta|dra|hr|fr|gen|col|lt|sgt|capt|rev|hon|gov|sen|"
    "vs|bzw|vgl|cf|ca|al|ej|ud|uds|bkz|ул|им|рис|δηλ|डॉ|प्रो|श्री|د"
)
# Words that start a sentence even after an initial or an abbreviation, if they are capitalized.
STARTERS = re.compile(
    "the|this|these|it|in|he|she|they|we|there|der|die|das|es|er|sie|ein|eine|im|los|las|"
    "он|она|они|это"
)
# Abbreviations only before a number.
REFERENCES = re.compile(
    "no|nr|nos|fig|figs|abb|tab|kap|ch|chap|sec|art|vol|bd|p|pp|s|pág|págs|núm|cap|eq|op|"
    "ca|approx|jan|feb|mar|mär|apr|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|табл|стр|гл"
)
# A German ordinal number has a full stop, such as "am 3. Mai" or "im 19. Jahrhundert".
ORDINAL = re.compile(rf"(?:(?P<word>[^\W\d_]+)[{SPACES}]+)?[0-9]{{1,2}}\Z")
BEFORE_ORDINAL = re.compile("am|im|vom|zum|zur|beim|der|die|das|dem|den|des|bis|und|oder|seit|ab")
AFTER_ORDINAL = re.compile(
    "januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|"
    "dezember|jahrhundert|jahrhunderts|jh|jahrtausend|weltkrieg|weltkriegs"
)


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    sentences = []
    text = text.strip(SPACES)
    start = 0
    for match in END.finditer(text):
        end = max(match.start(), match.end("strong"), match.end("weak"))
        if _is_end(text, start, end, match):
            sentences.append(text[start:end].rstrip(SPACES))
            start = match.end()
    return [sentence for sentence in [*sentences, text[start:]] if sentence]


def _is_end(text: str, start: int, end: int, match: re.Match[str]) -> bool:
    """Return whether the sentence from `start` ends at `end`."""
    if match["strong"]:
        return text[end : end + 1] not in CONTINUING
    if match["space"]:
        return end - start >= MIN_UNMARKED
    breaks = len(LINE_BREAK.findall(text[end : match.end()]))
    if breaks > 1 or (breaks and not _is_long(text, end)):
        return True
    following = _beginning(text, match.end())
    if match["weak"] == ".":
        before = text[max(start, end - 1 - WINDOW) : end - 1]
        if _is_abbreviation(before, following):
            return False
    if match["weak"] and _is_lower(_beginning(text, start)):
        return True
    return not _is_lower(following)


def _is_long(text: str, end: int) -> bool:
    """Return whether the line that ends at `end` is long."""
    line_start = text.rfind("\n", 0, end) + 1
    return end - line_start >= LONG_LINE


def _beginning(text: str, start: int) -> str:
    """Return the beginning of a sentence, without quotation marks and bullets."""
    return BEFORE_WORD.sub("", text[start : start + WINDOW], count=1)


def _is_lower(text: str) -> bool:
    """Return whether a text starts with a lower-case word. Words such as "mRNA" do not count."""
    first, second = (unicodedata.category(character) for character in f"{text}  "[:2])
    return first == "Ll" and second != "Lu"


def _is_abbreviation(before: str, following: str) -> bool:
    """Return whether a full stop between the two texts belongs to the word before it."""
    last_word = LAST_WORD.search(before)
    word = last_word[0].lower() if last_word else ""
    match = WORD.match(following)
    next_word = match[0].lower() if match else ""
    if REFERENCES.fullmatch(word) and following[:1].isdecimal():
        return True
    is_unit = UNIT_NUMBER.search(before[: len(before) - len(word)])
    if ABBREVIATIONS.fullmatch(word) or (INITIALS.fullmatch(word) and not is_unit):
        return not STARTERS.fullmatch(next_word) or _is_lower(following)
    return _is_ordinal(before, next_word) or bool(ENDS_UNMARKED.search(word))


def _is_ordinal(before: str, next_word: str) -> bool:
    """Return whether a text ends with an ordinal number or is the number of a list item."""
    number = ORDINAL.search(before)
    if not number:
        return False
    word = (number["word"] or "").lower()
    is_item = number[0] == before and not word
    return bool(is_item or BEFORE_ORDINAL.fullmatch(word) or AFTER_ORDINAL.fullmatch(next_word))
