"""Find the math and the gaps in the text of a card, in one pass over its delimiters.

A gap is `{{c1::hidden::hint}}`, as in Anki. Its number is 1 to 999 and may have leading zeros, up
to three digits in all. It hides at least one character that is not blank, may contain math with
`}}` and `::`, and may be nested up to MAX_DEPTH levels. Everything else that looks like a gap is
plain text. Anki, in contrast, also reads larger numbers, for which it shows no cards, and gaps that
hide nothing.

The browser's counterpart is `static/js/pages/text/spans.js`. Both follow
`tests/contract/rendering_cases.json` and `tests/contract/cloze_cases.json`.

This module is pure.
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
GAP_NUMBER = "[0-9]{1,3}"  # matches zero, which is not a valid number
GAP_OPENING = re.compile(rf"\{{\{{c({GAP_NUMBER})::")
GAP_CLOSING, HINT = "}}", "::"
MAX_DEPTH = 8
DELIMITER = re.compile(rf"(?={GAP_OPENING.pattern}|\}}\}}|::|\$|\\[\[(])")
DOLLAR_OR_LINE_END = re.compile(r"\\[^\n]|([$\n])")  # a backslash escapes the next character
# An amount followed by words, without characters that only TeX uses, such as "$5/month (or 60$)".
PRICE = re.compile(r"[0-9][^\\^_={}]*[\s(][A-Za-z]{2}")
NOWHERE = sys.maxsize  # greater than any position in a text


@dataclass(frozen=True)
class Math:
    """Math in a text, as TeX without its delimiters.

    `end` is the position after the closing delimiter.
    """

    tex: str
    is_display: bool
    end: int


@dataclass(frozen=True)
class Gap:
    """A gap of a cloze.

    The gap hides the text from `start` to `body_end`. `end` is the position after its closing
    braces.
    """

    number: str
    start: int
    body_end: int
    hint: str
    end: int


class Spans:
    """The math and the gaps of one text.

    The positions of all delimiters are collected once, and every lookup is a binary search. A
    parser that looks for a span at each position takes O(n log n) time for any text.
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
        # The key is a limit. The value contains the results of `_gap_end` for the delimiters before
        # the limit, from the last to the first.
        self._gap_ends: dict[int, list[tuple[int, int, int]]] = {}

    def math_at(self, at: int, limit: int) -> Math | None:
        """Return the math that starts at `at`, or None.

        The text is treated as if it ended at `limit`.
        """
        opening = self.text[at : at + 2]
        if opening not in CLOSING_OF:
            return self._dollar_math_at(at, limit) if opening[:1] == "$" else None
        closings = self._closings[opening]
        close = closings[bisect_left(closings, at + 3)]
        if close + 2 > limit:
            return None
        return Math(self.text[at + 2 : close], opening != INLINE, close + 2)

    def _dollar_math_at(self, at: int, limit: int) -> Math | None:
        """Return the math between single `$` characters that starts at `at`, or None.

        Such math is on one line, with no white space just inside the `$` characters. No letter or
        digit may precede it, and no digit may follow it, so `$5 and $10` are prices.
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
        """Return the gap that starts at `at`, or None.

        The text is treated as if it ended at `limit`.
        """
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
        """Return the end of the gap whose hidden text starts at `start`.

        The result is the position of the hint, the position of the closing braces, and the number
        of levels of gaps that are nested before the braces. A position is NOWHERE if the hint or
        the braces are missing.

        The result for one delimiter follows from the result for the next one outside of math.
        Results are therefore computed from the last delimiter to the left, as far as needed, and
        are stored, so that each delimiter is read once.
        """
        ends = self._gap_ends.setdefault(limit, [(NOWHERE, NOWHERE, 0)])
        last = bisect_left(self._delimiters, limit)
        index = bisect_left(self._delimiters, start)
        while last - len(ends) >= index:
            ends.append(self._read_delimiter(self._delimiters[last - len(ends)], limit))
        return ends[last - index]

    def _read_delimiter(self, at: int, limit: int) -> tuple[int, int, int]:
        """Return the result of `_gap_end` for hidden text that starts with a delimiter at `at`."""
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
