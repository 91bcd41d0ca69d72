"""Read Anki packages (.apkg, .colpkg) of all three versions, without pictures and sounds."""

import json
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from lzma import LZMAError
from pathlib import Path
from typing import IO, Any, BinaryIO

import zstandard
from django.utils.translation import gettext

from flashcards.formats.anki.collection import Collection, open_database, read_collection
from flashcards.formats.anki.notes import Note, cards_of
from flashcards.formats.cards import CardValidator, ParsedFile
from flashcards.formats.limits import (
    CHUNK,
    ENTRIES,
    FIELDS,
    MAX_FIELD_CHARACTERS,
    READING,
    FileRejected,
    Limits,
    Progress,
    damaged,
    too_large,
)
from flashcards.parsing.cards import clean

# If a package contains several collections, the one in the newest format contains the cards.
COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")
ZSTD = "collection.anki21b"
SEPARATOR = "\x1f"
GUID_CHARACTERS = 60  # leaves room for the number of a template
DEFAULT_DECK = "Default"  # untranslated: Anki's deck for cards that are in no other deck
NOTES = """
    SELECT n.id, n.guid, n.mid, n.mod, n.tags, CASE WHEN length(n.flds) <= ? THEN n.flds END,
           json_group_array(json_array(c.ord, CASE WHEN c.odid > 0 THEN c.odid ELSE c.did END))
    FROM notes n JOIN cards c ON c.nid = n.id GROUP BY n.id ORDER BY n.id
"""
DIRECTORY_BYTES = 150 * ENTRIES
WINDOW_BYTES = 2**26  # memory that a zstd frame may require
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    zstandard.ZstdError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


def read_package(file: BinaryIO, name: str, limits: Limits, progress: Progress) -> ParsedFile:
    """Return all cards of the package.

    `name` replaces the name of Anki's default deck. Raise FileRejected if the package cannot be
    read.
    """
    with open_zip(file) as package, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "collection"
        _unpack_collection(package, path, limits)
        with open_database(path, progress) as database:
            return _read(database, name, limits, progress)


def _unpack_collection(package: zipfile.ZipFile, path: Path, limits: Limits) -> None:
    names = set(package.namelist())
    chosen = next((name for name in COLLECTIONS if name in names), None)
    if chosen is None:
        raise FileRejected(
            gettext("This is no package of Anki: there is no collection in it."),
            code="unknown_format",
        )
    with path.open("wb") as target:
        unpack(package, chosen, target, limits, is_zstd=chosen == ZSTD)


def _read(
    database: sqlite3.Connection, name: str, limits: Limits, progress: Progress
) -> ParsedFile:
    collection = read_collection(database)
    progress.begin(READING, database.execute("SELECT count(*) FROM notes").fetchone()[0])
    validator = CardValidator(ParsedFile("apkg"), limits)
    media: set[str] = set()
    for note in _notes(database, collection, name, validator):
        media |= note.media
        for card in cards_of(note):
            validator.take(card, has_media=bool(note.media))
        progress.step()
    validator.reading.left_out.add("media", count=len(media))
    return validator.reading


def _notes(
    database: sqlite3.Connection, collection: Collection, name: str, validator: CardValidator
) -> Iterator[Note]:
    for _, guid, mid, mod, tags, fields, cards in database.execute(
        NOTES, (FIELDS * MAX_FIELD_CHARACTERS,)
    ):
        note_type = collection.note_types.get(mid)
        texts = str(fields).split(SEPARATOR) if fields is not None else []
        # A separator inside a field would shift the fields after it.
        if note_type is None or len(texts) > len(note_type.fields):
            validator.reading.left_out.add("unreadable", str(guid))
            continue
        if (
            not texts
            or len(texts) > FIELDS
            or any(len(text) > MAX_FIELD_CHARACTERS for text in texts)
        ):
            validator.reading.left_out.add("too_long", str(guid))
            continue
        yield Note(
            str(guid)[:GUID_CHARACTERS],
            note_type,
            texts,
            tuple(clean(str(tags)).split()),
            _time(mod),
            _decks(cards, collection, name),
        )


def _decks(cards: str, collection: Collection, name: str) -> dict[int, str]:
    """Return deck names by template number."""
    named = {int(order): collection.decks.get(deck, "") for order, deck in json.loads(cards)}
    return {order: name if deck in ("", DEFAULT_DECK) else deck for order, deck in named.items()}


def _time(seconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None


@contextmanager
def open_zip(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open the zip file after checking the size of its directory.

    Raise FileRejected if the file is damaged or its directory is too large.
    """
    with translated():
        _check_directory(file)
        with zipfile.ZipFile(file) as package:
            yield package


@contextmanager
def translated() -> Iterator[None]:
    """Raise FileRejected in place of the exceptions that libraries raise for damaged data."""
    try:
        yield
    except FileRejected:
        raise
    except BROKEN as error:
        message = gettext(
            "This file is damaged or encrypted: export it again and send the new one."
        )
        raise damaged(message) from error


def unpack(
    package: zipfile.ZipFile, name: str, target: IO[bytes], limits: Limits, *, is_zstd: bool = False
) -> int:
    """Write one file of the package to `target`, and return its size.

    Raise FileRejected if the file is damaged or too large.
    """
    entry = package.getinfo(name)
    with translated(), package.open(entry) as packed:
        source: IO[bytes] = packed
        if is_zstd:
            source = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES).stream_reader(packed)
        return _copy(source, target, limits, entry.compress_size)


def _copy(source: IO[bytes], target: IO[bytes], limits: Limits, packed: int) -> int:
    size = 0
    while piece := source.read(CHUNK):
        size += len(piece)
        limits.check_unpacked(size, packed)
        target.write(piece)
    return size


def _check_directory(file: BinaryIO) -> None:
    """Raise FileRejected if the directory of the zip is too large.

    Python reads the whole directory when it opens the zip, so the size is checked first.
    """
    # This private function finds the record that zipfile uses. A file can contain several others.
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined] # the stubs lack it
    length = file.seek(0, 2)
    if end and end[zipfile._ECD_SIZE] > min(DIRECTORY_BYTES, length):  # type: ignore[attr-defined]
        message = gettext(
            "This package holds more than %(maximum)s files: export it without pictures and sounds."
        )
        raise too_large(message % {"maximum": f"{ENTRIES:,}"})
    file.seek(0)
