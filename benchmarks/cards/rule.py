"""Cloze cards that the page makes of notes by rule, without a model."""

from collections.abc import Sequence
from typing import Any

from benchmarks.cards.node import run_module


def instant_cards(texts: Sequence[str], count: int) -> list[list[dict[str, Any]]]:
    """Return at most `count` cards for each text. The page's module makes them in one process."""
    cards: list[list[dict[str, Any]]] = run_module(
        "pages/notes/instant-cards.js",
        "request.texts.map((text) => module.instantCards(text, request.count))",
        {"texts": list(texts), "count": count},
    )
    return cards
