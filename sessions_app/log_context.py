"""What each log line is about: ids that are bound once, where they become known, and stand on every
line written after that.

They live as long as their task of the event loop (a socket, a request) and go along into its hops.
Ids only: never a ticket, a token, a prompt or a card.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

_bound: ContextVar[Mapping[str, Any]] = ContextVar("log ids", default=MappingProxyType({}))


def bind(**ids: Any) -> None:
    """These, beside what is bound already, for the rest of this task."""
    _bound.set({**_bound.get(), **ids})


def bound() -> Mapping[str, Any]:
    """All that is bound here."""
    return _bound.get()


def take_over(ids: Mapping[str, Any]) -> None:
    """Those of another thread, in place of this one's."""
    _bound.set(ids)
