"""Read cards out of text."""

from dataclasses import dataclass
from typing import Any

from flashcards.parsing.assembler import Assembler
from flashcards.parsing.cards import WHITE_RUN, Drafts, clean, trim
from flashcards.parsing.prose import ProseCards
from flashcards.parsing.scanner import Scanner

QUOTED_CHARACTERS = 60


@dataclass(frozen=True)
class ParsedCards:
    """Cards in order, each with front, back and its other members; and a sentence for each card
    lost.
    """

    cards: list[dict[str, Any]]
    problems: list[str]


def parse_cards(text: str) -> ParsedCards:
    """Every card that the text holds, as JSON however broken, or as lines of Q: and A:.

    Never raises. Without any card, `problems` says so and quotes how the text begins: a refusal
    reads as one.
    """
    drafts = Drafts()
    Scanner(text, Assembler(drafts)).run()
    if not drafts.number:
        ProseCards(drafts).read(text)
    if drafts.number:
        return ParsedCards(drafts.cards, drafts.problems)
    cleaned = trim(clean(text))
    if not cleaned:
        return ParsedCards([], ["The text is empty."])
    beginning = WHITE_RUN.sub(" ", cleaned[:QUOTED_CHARACTERS])
    ellipsis = "…" if len(cleaned) > QUOTED_CHARACTERS else ""
    return ParsedCards([], [f"There are no cards in the text. It begins: “{beginning}{ellipsis}”"])
