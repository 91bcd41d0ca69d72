"""The registry of what is kept of a user. Accounts know nothing of decks; each app registers what it keeps when it is loaded, and it is
shown, exported and erased with the account."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet


@dataclass(frozen=True)
class ExportFile:
    """One file of an export. `pieces` are made when they are asked for, each in one go, so that any thread may ask."""

    name: str
    pieces: Iterable[bytes]


class PersonalData(Protocol):
    """What one app keeps of its users."""

    about: dict[str, str]
    """A line for the README of an export: name or pattern of a file → what is in it."""

    def counts(self, user: User) -> dict[str, int]:
        """How much there is, by a word of the API in camelCase, as `{"decks": 3}`."""

    def files(self, user: User) -> Iterator[ExportFile]:
        """All of it, as files."""

    def used_since(self, when: datetime) -> Q:
        """Selects users who have done something since."""

    def forget(self, user: User) -> None:
        """Drop what lies outside of the database. May be called again."""

    def rows(self, user_id: int) -> Iterator[QuerySet[Any]]:
        """Every table's rows of the user, those that hang on others first."""


_registered: list[PersonalData] = []


def register(data: PersonalData) -> None:
    """Make it known; called from an AppConfig.ready(). Who builds on another's rows registers after it, and is erased before."""
    _registered.append(data)


def registered() -> list[PersonalData]:
    """In the order of registration."""
    return list(_registered)


def json_list(rows: Iterable[Any]) -> Iterator[bytes]:
    """A JSON list with a row on each line; rows as msgspec encodes them."""
    yield b"["
    before = b"\n"
    for row in rows:
        yield before + msgspec.json.encode(row)
        before = b",\n"
    yield b"\n]\n"
