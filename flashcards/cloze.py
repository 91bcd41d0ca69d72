"""Find the texts that the gaps of a cloze hide, and choose the kind of a card.

`flashcards/spans.py` defines what a gap is.

A small model may forget the braces of a cloze or write a blank such as `___` in place of the word.
Both mistakes are corrected, because the meaning is clear. A text without a gap becomes a basic
card.

This module is pure.
"""

import re
from collections.abc import Mapping
from typing import Any

from flashcards.card_kinds import DEFAULT_KIND, KIND_OF_NAME, KIND_OF_OPTION
from flashcards.spans import GAP_NUMBER, GAP_OPENING, Spans

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
    mended = MALFORMED_GAP.sub(_mended, front)
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


def _mended(match: re.Match[str]) -> str:
    number = (match[1] or "").lstrip("0") or 1
    return f"{{{{c{number}::{match[2] or match[3]}}}}}"
