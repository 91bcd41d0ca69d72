"""Cards that come as a list already, from whoever says that he is an engine: checked one by one,
and given ids.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from flashcards.parsing.cards import Drafts, Finish, extras_of
from flashcards.parsing.parser import parse_cards

CARDS_READ = 2_000
NO_LIST = (
    "The answer has no list of cards: send data.cards as a list of objects with front and back."
)


@dataclass(frozen=True)
class Accepted:
    """The new cards, each with id, front, back and its other members; and a sentence for each one
    refused.
    """

    cards: list[dict[str, Any]]
    refused: list[str] = field(default_factory=list)


def accept_cards(
    raw: Any,
    cards_so_far: Sequence[Mapping[str, Any]],
    wanted: int,
    make_id: Callable[[], UUID] = uuid4,
    finished: Finish = dict,
) -> Accepted:
    """At most `wanted` good cards out of `raw` (a list, an object that holds one, or the model's
    text), each as `finished` makes it, none of them in `cards_so_far`. An id that came with a card
    stays if it is a UUID that no other card has. Never raises.
    """
    if isinstance(raw, str):
        parsed = parse_cards(raw)
        accepted = accept_cards(parsed.cards, cards_so_far, wanted, make_id, finished)
        return Accepted(accepted.cards, parsed.problems + accepted.refused)
    items = _items(raw)
    if items is None:
        return Accepted([], [NO_LIST])
    drafts = _drafts(items, Drafts(cards_so_far, finished))
    ids = _Ids(cards_so_far, make_id)
    cards = [_card(draft, ids) for draft in drafts.cards[: max(0, wanted)]]
    return Accepted(cards, drafts.problems + _surplus(len(drafts.cards) - len(cards)))


def _items(raw: Any) -> list[Any] | None:
    if isinstance(raw, Mapping):
        raw = raw.get("cards", [raw])
    return list(islice(raw, CARDS_READ)) if isinstance(raw, list | tuple) else None


def _drafts(items: list[Any], drafts: Drafts) -> Drafts:
    for item in items:
        fields = _members(item)
        if fields is None:
            drafts.refuse("is not a card: send an object with front and back")
        else:
            drafts.add(fields)
    return drafts


def _members(item: Any) -> Mapping[str, Any] | None:
    """An object as it is, a pair as front and back, a text as the one card that it holds."""
    if isinstance(item, str):
        inner = parse_cards(item).cards
        return inner[0] if len(inner) == 1 else None
    if isinstance(item, list | tuple) and len(item) == 2:
        return {"front": item[0], "back": item[1]}
    return item if isinstance(item, Mapping) else None


class _Ids:
    """Hands out ids, each once."""

    def __init__(
        self, cards_so_far: Sequence[Mapping[str, Any]], make_id: Callable[[], UUID]
    ) -> None:
        self._used = {str(card.get("id")) for card in cards_so_far}
        self._make_id = make_id

    def take(self, sent: Any) -> str:
        chosen = _as_uuid(sent)
        if chosen is None or chosen in self._used:
            chosen = str(self._make_id())
        self._used.add(chosen)
        return chosen


def _as_uuid(sent: Any) -> str | None:
    if not isinstance(sent, str) or len(sent) != 36:
        return None
    try:
        return str(UUID(sent))
    except ValueError:
        return None


def _card(draft: Mapping[str, Any], ids: _Ids) -> dict[str, Any]:
    return extras_of(draft) | {
        "id": ids.take(draft.get("id")),
        "front": draft["front"],
        "back": draft["back"],
    }


def _surplus(count: int) -> list[str]:
    if count < 1:
        return []
    return [
        "One card more than asked for was left out."
        if count == 1
        else f"{count} cards more than asked for were left out."
    ]
