"""The MindFlip file: a deck with its cards, tags, notes and provenance, to import here or on
another MindFlip server.

It does not contain schedules or reviews. `version` counts upwards when a reader of the one before
would go wrong.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from flashcards.models import Card, Deck

FORMAT, VERSION = "mindflip-deck", 1


def write_json(deck: Deck, cards: Sequence[Card]) -> Iterator[str]:
    """One card a line, so that two exports can be compared."""
    yield (
        f'{{"format": "{FORMAT}", "version": {VERSION},\n"deck":'
        f' {_dump(deck_fields(deck))},\n"cards": [\n'
    )
    for index, card in enumerate(cards):
        yield (",\n" if index else "") + _dump(card_fields(card))
    yield "\n]}\n"


def deck_fields(deck: Deck) -> dict[str, Any]:
    """Names as in REST."""
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
    """`id` names the card again, also one that came in under a name from elsewhere."""
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
