"""The gaps and the math in the text of a card, what the gaps hide, and the kind of a card.

A gap is `{{c1::hidden::hint}}`, as in Anki. Its number is 1 to 999 and may have leading zeros, up
to three digits in all. It hides at least one character that is not blank, may contain math with
`}}` and `::`, and may be nested up to MAX_DEPTH levels. Everything else that looks like a gap is
plain text. Anki, in contrast, also reads larger numbers, for which it shows no cards, and gaps that
hide nothing.

A small model may forget the braces of a cloze or write a blank such as `___` in place of the word.
Both mistakes are corrected, because the meaning is clear. A text without a gap becomes a basic
card.

The browser's counterparts are `static/js/pages/text/spans.js` and `cloze.js`. Both languages follow
`tests/contract/rendering_cases.json` and `tests/contract/cloze_cases.json`.

This module is pure.
"""

import re
import sys
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flashcards.card_kinds import DEFAULT_KIND, KIND_OF_NAME, KIND_OF_OPTION

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


HIDDEN_CHARACTERS = 80


def has_gaps(text: str) -> bool:
    """Return whether the text has a gap."""
    spans = Spans(text)
    return any(spans.gap_at(opening.start(), len(text)) for opening in GAP_OPENING.finditer(text))


def filled(text: str) -> str:
    """Return the text with all gaps replaced by the texts that they hide, without hints."""
    return filled_and_hidden(text)[0]


def filled_and_hidden(text: str) -> tuple[str, list[str]]:
    """Return the filled text and the text that each gap hides.

    The texts of inner gaps come before the text of the gap around them.
    """
    return _fill(Spans(text), 0, len(text))


def _fill(spans: Spans, start: int, end: int) -> tuple[str, list[str]]:
    pieces: list[str] = []
    hidden_texts: list[str] = []
    for opening in GAP_OPENING.finditer(spans.text, start, end):
        at = opening.start()
        gap = spans.gap_at(at, len(spans.text)) if at >= start else None
        if gap:
            body, inner = _fill(spans, gap.start, gap.body_end)
            pieces += [spans.text[start:at], body]
            hidden_texts += [*inner, body]
            start = gap.end
    return "".join([*pieces, spans.text[start:end]]), hidden_texts


def usable_kind(kind: str, front: str) -> str:
    """Return the kind, or the default kind if the kind needs a gap and the front has none."""
    row = KIND_OF_NAME.get(kind, DEFAULT_KIND)
    return DEFAULT_KIND.name if row.has_gaps and not has_gaps(front) else kind


# Quantifiers for blanks are possessive, and the hidden text neither starts nor ends with a blank.
# Each run of blanks can therefore match in only one way.
WORDS = rf"([^{{}}:\s](?:[^{{}}:]{{0,{HIDDEN_CHARACTERS - 2}}}[^{{}}:\s])?)"
MALFORMED_GAP = re.compile(
    rf"\{{{{1,2}}\s*+c?({GAP_NUMBER})?\s*+:{{1,2}}\s*+{WORDS}\s*+\}}{{1,2}}|\{{\{{\s*+{WORDS}\s*+\}}\}}"
)
BLANK = re.compile(r"_{2,}|\[\s*\.{2,}\s*\]|\[\s*(?:blank|gap)\s*\]", re.IGNORECASE)


def as_kind(card: Mapping[str, Any], option: str) -> dict[str, Any]:
    """Return the card with its `kind`, or unchanged if the `option` is unknown.

    A card that should have a gap but does not show what to hide gets the default kind.
    """
    row = KIND_OF_OPTION.get(option)
    if row is None:
        return dict(card)
    if not row.has_gaps:
        return {**card, "kind": row.name}
    front = _with_gap(str(card["front"]), str(card["back"]))
    if front is None:
        return {**card, "kind": DEFAULT_KIND.name}
    sentence, answers = filled_and_hidden(front)
    is_only_answer = str(card["back"]).strip(" .").casefold() in map(str.casefold, answers)
    back = sentence if is_only_answer else card["back"]
    return {**card, "front": front, "back": back, "kind": row.name}


def _with_gap(front: str, back: str) -> str | None:
    """Return the front with a gap, or None if nothing shows what to hide."""
    if has_gaps(front):
        return front
    mended = MALFORMED_GAP.sub(
        lambda gap: f"{{{{c{(gap[1] or '').lstrip('0') or 1}::{gap[2] or gap[3]}}}}}", front
    )
    if has_gaps(mended):
        return mended
    answer = back.strip(" .")
    if not 0 < len(answer) <= HIDDEN_CHARACTERS or "}" in answer:
        return None
    blank = BLANK.search(front)
    match = blank or re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", front, re.IGNORECASE)
    if match is None:
        return None
    hidden = answer if blank else match[0]
    return f"{front[: match.start()]}{{{{c1::{hidden}}}}}{front[match.end() :]}"
