"""The fates of generated cards: kept, edited, regenerated or discarded. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from flashcards.parsing.cards import card_key, trim

KEPT, EDITED, REGENERATED, DISCARDED = FATES = ("kept", "edited", "regenerated", "discarded")
Card = Mapping[str, Any]


def card_fates(
    generated: Iterable[Card], saved: Iterable[Card], regenerated: Collection[str] = ()
) -> Iterator[str]:
    """Yield the fate of each generated card in order, or "" for a card that repeats another one.

    Cards are compared by their IDs. A saved card without an ID is an edited one if it has the front
    or the back of the generated card. `regenerated` contains the IDs of cards that were replaced by
    other generated cards.
    """
    saved = list(saved)
    saved_ids = {str(card["id"]) for card in saved if card.get("id")}
    all_sides = {_sides(card) for card in saved}
    without_id = [_sides(card) for card in saved if not card.get("id")]
    fronts, backs = {front for front, _ in without_id}, {back for _, back in without_id}
    seen: set[tuple[str, str]] = set()
    for card in generated:
        key, (front, back), card_id = card_key(*_sides(card)), _sides(card), str(card.get("id"))
        if key in seen:
            yield ""
        elif (front, back) in all_sides:
            yield KEPT
        elif card_id in saved_ids or front in fronts or back in backs:
            yield EDITED
        else:
            yield REGENERATED if card_id in regenerated else DISCARDED
        seen.add(key)


def _sides(card: Card) -> tuple[str, str]:
    return trim(str(card.get("front", ""))), trim(str(card.get("back", "")))
