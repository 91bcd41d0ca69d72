"""Find the math and the gaps in the text of a card, in one pass over its delimiters. Pure.

A gap is `{{c1::hidden::hint}}`, as in Anki: its number is 1 to 999 and may have leading zeros, up
to three digits in all. It hides at least one character that is not blank, may contain math with
`}}` and `::`, and up to MAX_DEPTH levels of gaps nest. Anki also reads larger numbers, for which it
shows no cards, and gaps that hide nothing. Everything else that looks like a gap is plain text.

The browser's counterpart is `static/js/pages/text/spans.js`; both follow
`tests/contract/rendering_cases.json` and `tests/contract/cloze_cases.json`.
"""

import re
import sys
from bisect import bisect_left
from dataclasses import dataclass

CLOSING_OF = {
    "$$": re.compile(r"(?=\$\$)"),
    "\\[": re.compile(r"(?=\\])"),
    "\\(": re.compile(r"(?=\\\))"),
}
INLINE = "\\("
DIGITS = frozenset("0123456789")
GAP_NUMBER = "[0-9]{1,3}"  # of digits; zero is not a valid number
GAP_OPENING = re.compile(rf"\{{\{{c({GAP_NUMBER})::")
GAP_CLOSING, HINT = "}}", "::"
MAX_DEPTH = 8
DELIMITER = re.compile(rf"(?={GAP_OPENING.pattern}|\}}\}}|::|\$|\\[\[(])")
DOLLAR_OR_LINE_END = re.compile(r"\\[^\n]|([$\n])")  # a backslash takes the next character with it
# "$5/month (or 60$)": words after an amount, and nothing that only TeX has
PRICE = re.compile(r"[0-9][^\\^_={}]*[\s(][A-Za-z]{2}")
NOWHERE = sys.maxsize  # after every text


@dataclass(frozen=True)
class Math:
    """TeX without its delimiters. `end` is the position after the closing one."""

    tex: str
    is_display: bool
    end: int


@dataclass(frozen=True)
class Gap:
    """A gap of a cloze.

    It hides the text from `start` to `body_end`; `end` is the position after its closing braces.
    """

    number: str
    start: int
    body_end: int
    hint: str
    end: int


class Spans:
    """The math and the gaps of one text.

    The positions of all delimiters are collected once, and every look-up is a binary search in
    them. No text makes a parser that asks at each position slower than linear (times a logarithm).
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._delimiters = [match.start() for match in DELIMITER.finditer(text)]
        self._closings = {
            opening: [*(match.start() for match in closing.finditer(text)), NOWHERE]
            for opening, closing in CLOSING_OF.items()
        }
        dollars = (match.start() for match in DOLLAR_OR_LINE_END.finditer(text) if match[1])
        self._dollars = [*dollars, NOWHERE]
        # limit -> the answers of `_gap_end` for the delimiters before it, the last one first
        self._gap_ends: dict[int, list[tuple[int, int, int]]] = {}

    def math_at(self, at: int, limit: int) -> Math | None:
        """Return the math that begins at `at`, or None. The text is taken to end at `limit`."""
        opening = self.text[at : at + 2]
        if opening not in CLOSING_OF:
            return self._dollar_math_at(at, limit) if opening[:1] == "$" else None
        closings = self._closings[opening]
        close = closings[bisect_left(closings, at + 3)]
        if close + 2 > limit:
            return None
        return Math(self.text[at + 2 : close], opening != INLINE, close + 2)

    def _dollar_math_at(self, at: int, limit: int) -> Math | None:
        """Return math between single dollars, which is on one line and has no blank inside its
        ends.

        No digit may follow it, and no letter or digit may precede it, so `$5 and $10` are prices.
        """
        text, start = self.text, at + 1
        close = self._dollars[bisect_left(self._dollars, start)]
        if (
            close >= limit
            or text[close] != "$"
            or text[start].isspace()
            or text[close - 1].isspace()
        ):
            return None
        is_price = text[at - 1 : at].isalnum() or PRICE.match(text, start, close)
        if is_price or (close + 1 < limit and text[close + 1] in DIGITS):
            return None
        return Math(text[start:close], False, close + 1)

    def gap_at(self, at: int, limit: int) -> Gap | None:
        """Return the gap that begins at `at`, or None. The text is taken to end at `limit`."""
        opening = GAP_OPENING.match(self.text, at, limit)
        if opening is None or int(opening[1]) == 0:
            return None
        hint_at, close, depth = self._gap_end(opening.end(), limit)
        if close == NOWHERE or depth >= MAX_DEPTH:
            return None
        body_end = close if hint_at == NOWHERE else hint_at
        if not self.text[opening.end() : body_end].strip():
            return None
        hint = self.text[body_end + len(HINT) : close].strip()
        return Gap(opening[1], opening.end(), body_end, hint, close + len(GAP_CLOSING))

    def _gap_end(self, start: int, limit: int) -> tuple[int, int, int]:
        """Return the positions of the hint and of the closing braces of a gap whose hidden text
        begins at `start`, each NOWHERE when there is none, and how many levels of gaps are nested
        before the braces.

        The answer for one delimiter follows from the answer for the next one outside of math, so
        answers are kept from the last delimiter on, as far to the left as they are needed, and each
        delimiter is read once.
        """
        ends = self._gap_ends.setdefault(limit, [(NOWHERE, NOWHERE, 0)])
        last = bisect_left(self._delimiters, limit)
        index = bisect_left(self._delimiters, start)
        while last - len(ends) >= index:
            ends.append(self._read_delimiter(self._delimiters[last - len(ends)], limit))
        return ends[last - index]

    def _read_delimiter(self, at: int, limit: int) -> tuple[int, int, int]:
        """Return what `_gap_end` returns for hidden text that begins with the delimiter at `at`."""
        if self.text.startswith(GAP_CLOSING, at, limit):
            return NOWHERE, at, 0
        if opening := GAP_OPENING.match(self.text, at, limit):
            _, close, inner_depth = self._gap_end(opening.end(), limit)
            if close == NOWHERE:
                return NOWHERE, NOWHERE, 0
            hint_at, close, depth = self._gap_end(close + len(GAP_CLOSING), limit)
            return hint_at, close, max(depth, inner_depth + 1)
        math = self.math_at(at, limit)
        hint_at, close, depth = self._gap_end(math.end if math else at + 1, limit)
        return (at if self.text.startswith(HINT, at, limit) else hint_at), close, depth
