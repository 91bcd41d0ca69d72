"""The registry of personal data, and the account's export file.

Accounts know nothing about decks. Each app registers the data that it stores when it is loaded, and
this data is shown, exported and deleted with the account.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

CHUNK_BYTES = 2**16
README = gettext_lazy(
    """MindFlip: everything that this server keeps of %(name)s, as of %(when)s UTC.

%(files)s

JSON files hold a list, one item on a line, in UTF-8; times are UTC. Not in here: your password,
which the server does not know, and models, which lie in your browser. What is kept for how long:
docs/data.md of MindFlip.
"""
)


@dataclass(frozen=True)
class ExportFile:
    """A file of an export.

    `pieces` are produced on demand. Each one is produced in a single call, so any thread can
    request it.
    """

    name: str
    pieces: Iterable[bytes]


class PersonalData(Protocol):
    """The data that an app stores about its users."""

    @property
    def about(self) -> Mapping[str, str | Promise]:
        """Lines for the README of an export: name or pattern of a file → description."""

    def counts(self, user: User) -> dict[str, int]:
        """Return the number of stored objects of each kind, such as `{"decks": 3}`.

        The names are those of the API, in camelCase.
        """

    def files(self, user: User) -> Iterator[ExportFile]:
        """Yield all of the data as files."""

    def used_since(self, when: datetime) -> Q:
        """Return a Q object for users who have been active since then."""

    def forget(self, user: User) -> None:
        """Delete the data outside of the database.

        This method can be called more than once.
        """

    def rows(self, user_id: int) -> Iterator[QuerySet[Any]]:
        """Yield the user's rows of every table, dependent rows first."""


_registered: list[PersonalData] = []


def register(data: PersonalData) -> None:
    """Register the data of an app.

    Call this from AppConfig.ready(). An app whose rows depend on those of another app must register
    after it, so that its rows are deleted first.
    """
    _registered.append(data)


def registered() -> list[PersonalData]:
    """Return the registered data in the order of registration."""
    return list(_registered)


def json_list(rows: Iterable[Any]) -> Iterator[bytes]:
    """Yield a JSON list with one row per line, encoded by msgspec."""
    yield b"["
    before = b"\n"
    for row in rows:
        yield before + msgspec.json.encode(row)
        before = b",\n"
    yield b"\n]\n"


def account_export(*, user: User, now: datetime) -> Iterator[bytes]:
    """Return the export as a zip file, in pieces.

    Each piece is produced in a single call, and any thread can request it.
    """
    return _zipped(_files(user, now), now)


def _files(user: User, now: datetime) -> Iterator[ExportFile]:
    about = {name: description for data in registered() for name, description in data.about.items()}
    lines = "\n".join(f"{name:<24} {description}" for name, description in about.items())
    values = {"name": user.username, "when": f"{now:%Y-%m-%d %H:%M}", "files": lines}
    yield ExportFile("README.txt", [(str(README) % values).encode()])
    for data in registered():
        yield from data.files(user)


class _Outlet(io.RawIOBase):
    """The stream to which the zip file is written.

    It is not seekable, so `ZipFile` never goes back to change what it has written.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override] # the stubs accept any buffer
        self._waiting += piece
        return len(piece)

    def taken(self, least: int = 0) -> Iterator[bytes]:
        """Yield what was written since the last call, if it is more than `least` bytes."""
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
