"""The other members of a card: kept as they came, within bounds that no engine can argue with."""

import math
from collections.abc import Mapping
from typing import Any

from flashcards.parsing.drafts import SIDE_CHARACTERS, clean

MEMBERS, ITEMS, NAME_CHARACTERS, DEPTH, BUDGET = 24, 50, 64, 4, 12_000
OURS = frozenset({"id", "front", "back", "position", "createdAt", "updatedAt"})
DROPPED = object()


def extras_of(members: Mapping[str, Any]) -> dict[str, Any]:
    """What is neither ours nor too much: at most 24 members, four levels, texts of 2,000 characters, 12,000 in all."""
    budget = _Budget(BUDGET)
    return _object({key: value for key, value in members.items() if key not in OURS}, DEPTH, budget)


class _Budget:
    """Characters that are left; each name and value costs its own, and one more for standing there."""

    def __init__(self, left: int) -> None:
        self.left = left

    def pays(self, cost: int) -> bool:
        is_enough = cost < self.left
        self.left -= cost + 1 if is_enough else 0
        return is_enough


def _object(members: Mapping[Any, Any], depth: int, budget: _Budget) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in list(members.items())[:MEMBERS]:
        name = clean(key) if isinstance(key, str) else ""
        bounded = _bounded(value, depth - 1, budget) if 0 < len(name) <= NAME_CHARACTERS and budget.pays(len(name)) else DROPPED
        if bounded is not DROPPED:
            kept[name] = bounded
    return kept


def _bounded(value: Any, depth: int, budget: _Budget) -> Any:
    if isinstance(value, Mapping):
        return _object(value, depth, budget) if depth > 0 else DROPPED
    if isinstance(value, list | tuple):
        return _list(value, depth, budget) if depth > 0 else DROPPED
    if isinstance(value, str):
        return _text(clean(value), budget)
    return value if _is_plain(value) and budget.pays(len(str(value))) else DROPPED


def _list(items: list[Any] | tuple[Any, ...], depth: int, budget: _Budget) -> list[Any]:
    bounded = (_bounded(item, depth - 1, budget) for item in items[:ITEMS])
    return [item for item in bounded if item is not DROPPED]


def _text(text: str, budget: _Budget) -> Any:
    return text if len(text) <= SIDE_CHARACTERS and budget.pays(len(text)) else DROPPED


def _is_plain(value: Any) -> bool:
    """JSON's own scalars; PostgreSQL has no infinity in JSON, and JavaScript no larger whole numbers."""
    if isinstance(value, int):  # True and False, too
        return abs(value) < 2**53
    return value is None or (isinstance(value, float) and math.isfinite(value))
