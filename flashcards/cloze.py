"""Gaps of a cloze, written as Anki writes them: `{{c1::hidden::hint}}`, one in another if need be."""

import re

OPENING = r"\{\{c[1-9][0-9]{0,2}::"
# the text of a gap ends at the next opening, so that no character is read for more than one opening
INNERMOST = re.compile(rf"{OPENING}((?:(?!{OPENING}|\}}\}}).)+)\}}\}}", re.DOTALL)
DEPTH = 8  # gaps within gaps that are read


def has_gaps(text: str) -> bool:
    """Return whether the text has a gap that hides something."""
    return INNERMOST.search(text) is not None


def filled(text: str) -> str:
    """Return the text as it reads when all gaps are known, without their hints."""
    return _filled(text)[0]


def hidden(text: str) -> list[str]:
    """Return what each gap hides, inner gaps before those around them."""
    return _filled(text)[1]


def _filled(text: str) -> tuple[str, list[str]]:
    texts: list[str] = []

    def fill(gap: re.Match[str]) -> str:
        texts.append(gap[1].split("::", 1)[0])
        return texts[-1]

    for _ in range(DEPTH):
        text, count = INNERMOST.subn(fill, text)
        if not count:
            break
    return text, texts
