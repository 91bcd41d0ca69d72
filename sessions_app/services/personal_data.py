"""The registry of personal data, and the account's export file.

Accounts know nothing of decks: each app registers what it stores when it is loaded, and that is
shown, exported and erased with the account.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

CHUNK_BYTES = 2**16
README = """MindFlip: everything that this server keeps of {name}, as of {when:%Y-%m-%d %H:%M} UTC.

{files}

JSON files hold a list, one item on a line, in UTF-8; times are UTC. Not in here: your password,
which the server does not know, and models, which lie in your browser. What is kept for how long:
docs/data.md of MindFlip.
"""


@dataclass(frozen=True)
class ExportFile:
    """One file of an export.

    `pieces` are made when they are asked for, each in one go, so that any thread may ask.
    """

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
    """Make it known; called from an AppConfig.ready().

    Who builds on another's rows registers after it, and is erased before.
    """
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


def account_export(*, user: User, now: datetime) -> Iterator[bytes]:
    """The zip, in pieces. Each is made in one go and may be asked for by any thread."""
    return _zipped(_files(user, now), now)


def _files(user: User, now: datetime) -> Iterator[ExportFile]:
    about = {name: description for data in registered() for name, description in data.about.items()}
    lines = "\n".join(f"{name:<24} {description}" for name, description in about.items())
    yield ExportFile(
        "README.txt", [README.format(name=user.username, when=now, files=lines).encode()]
    )
    for data in registered():
        yield from data.files(user)


class _Outlet(io.RawIOBase):
    """Where the zip is written to: it cannot be wound back, so the zip never tries."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override] # any buffer, the stubs say
        self._waiting += piece
        return len(piece)

    def taken(self, least: int = 0) -> Iterator[bytes]:
        """What was written since, when it is worth sending."""
        if len(self._waiting) > least:
            yield bytes(self._waiting)
            self._waiting.clear()


def _zipped(files: Iterator[ExportFile], now: datetime) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as member:
                for piece in file.pieces:
                    member.write(piece)
                    yield from outlet.taken(CHUNK_BYTES)
    yield from outlet.taken()
