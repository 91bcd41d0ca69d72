"""Gaps of a cloze, written as Anki writes them: `{{c1::hidden::hint}}`, one in another if need be."""

import re

INNERMOST = re.compile(r"\{\{c[1-9][0-9]{0,2}::((?:(?!\{\{c[1-9]|\}\}).)+)\}\}", re.DOTALL)
DEPTH = 8  # gaps within gaps that are read


def has_gaps(text: str) -> bool:
    return INNERMOST.search(text) is not None


def filled(text: str) -> str:
    """The text as it reads when all gaps are known; hints are gone."""
    for _ in range(DEPTH):
        text, count = INNERMOST.subn(lambda gap: gap[1].split("::", 1)[0], text)
        if not count:
            break
    return text
