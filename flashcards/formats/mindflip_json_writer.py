"""Write MindFlip files, which contain a deck with its cards, tags, notes and provenance.

A MindFlip file can be imported here or on another server. It does not contain schedules or reviews.
`version` is incremented when readers of the previous version would misread the file.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from flashcards.models import Card, Deck

FORMAT, VERSION = "mindflip-deck", 1


def write_json(deck: Deck, cards: Sequence[Card]) -> Iterator[str]:
    """Yield a MindFlip file with one card per line, so that two exports can be compared."""
    yield (
        f'{{"format": "{FORMAT}", "version": {VERSION},\n"deck":'
        f' {_dump(deck_fields(deck))},\n"cards": [\n'
    )
    for index, card in enumerate(cards):
        yield (",\n" if index else "") + _dump(card_fields(card))
    yield "\n]}\n"


def deck_fields(deck: Deck) -> dict[str, Any]:
    """Return the deck's fields, with the same names as in the REST API."""
    return {
        "id": str(deck.pk),
        "name": deck.name,
        "tags": deck.tags,
        "topic": deck.topic,
        "source": deck.source,
        "modelId": deck.model_id,
        "engine": deck.engine,
        "promptVersion": deck.prompt_version,
        "createdAt": deck.created_at.isoformat(),
    }


def card_fields(card: Card) -> dict[str, Any]:
    """Return the card's fields.

    `id` identifies the card when it is imported again. For an imported card, it is the identifier
    from the original file.
    """
    return {
        "id": card.guid or str(card.pk),
        "front": card.front,
        "back": card.back,
        "kind": card.kind,
        "tags": card.tags,
        "sentence": card.sentence,
        "found": card.is_found,
        "extras": card.extras,
        "updatedAt": card.updated_at.isoformat(),
    }


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
