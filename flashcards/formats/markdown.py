"""Write a deck as Markdown for reading.

Each card has a heading, its front, and its back as a quote. The text of cards is already Markdown.
"""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext

from flashcards.models import Card, Deck


def write_markdown(deck: Deck, cards: Sequence[Card]) -> Iterator[str]:
    heading, source = gettext("Card %(number)s"), gettext("From the source: %(sentence)s")
    tags = gettext("Tags: %(tags)s")
    yield f"# {_one_line(deck.name)}\n"
    if deck.tags:
        yield f"\n{tags % {'tags': ', '.join(deck.tags)}}\n"
    for number, card in enumerate(cards, start=1):
        yield f"\n## {heading % {'number': number}}\n\n{card.front}\n\n{_quoted(card.back)}\n"
        if card.sentence:
            yield f"\n{source % {'sentence': _one_line(card.sentence)}}\n"
        if card.tags:
            yield f"\n{tags % {'tags': ', '.join(card.tags)}}\n"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _one_line(text: str) -> str:
    return " ".join(text.split())
