"""IDs that are bound once, where they become known, and added to every later log line.

They are valid for the rest of their asyncio task (a socket or a request) and are passed to the
threads that it calls. Bind only IDs, never a ticket, a token, a prompt or a card.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

_bound: ContextVar[Mapping[str, Any]] = ContextVar("log_ids", default=MappingProxyType({}))


def bind(**ids: Any) -> None:
    """Add IDs to those that are already bound, for the rest of this task."""
    _bound.set({**_bound.get(), **ids})


def bound() -> Mapping[str, Any]:
    """Return the bound IDs."""
    return _bound.get()


def take_over(ids: Mapping[str, Any]) -> None:
    """Replace this thread's IDs with those of another thread."""
    _bound.set(ids)
