"""Packages of Anki (.apkg, .colpkg), of all three ages. Pictures and sounds stay where they are."""

import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from flashcards.imports.database import opened_database
from flashcards.imports.judging import Judge
from flashcards.imports.limits import FIELD_CHARACTERS, FIELDS, Limits
from flashcards.imports.note_types import Collection, read_collection
from flashcards.imports.notes import Note, cards_of
from flashcards.imports.progress import READING, Progress
from flashcards.imports.reading import Reading
from flashcards.imports.refusals import ImportRefused
from flashcards.imports.unpacking import opened_zip, unpack
from flashcards.parsing.drafts import clean

COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")  # a newer one beside an older holds the cards
ZSTD = "collection.anki21b"
SEPARATOR = "\x1f"
GUID_CHARACTERS = 60  # room for the number of a template
DEFAULT_DECK = "Default"  # where Anki keeps what was put nowhere
NOTES = """
    SELECT n.id, n.guid, n.mid, n.mod, n.tags, CASE WHEN length(n.flds) <= ? THEN n.flds END,
           json_group_array(json_array(c.ord, CASE WHEN c.odid > 0 THEN c.odid ELSE c.did END))
    FROM notes n JOIN cards c ON c.nid = n.id GROUP BY n.id ORDER BY n.id
"""


def read_package(file: BinaryIO, name: str, limits: Limits, progress: Progress) -> Reading:
    """All cards of the package. `name` stands for Anki's default deck. Raises ImportRefused."""
    with opened_zip(file) as package, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "collection"
        _unpack_collection(package, path, limits)
        with opened_database(path, progress) as database:
            return _read(database, name, limits, progress)


def _unpack_collection(package: zipfile.ZipFile, path: Path, limits: Limits) -> None:
    names = set(package.namelist())
    chosen = next((one for one in COLLECTIONS if one in names), None)
    if chosen is None:
        raise ImportRefused("This is no package of Anki: there is no collection in it.", code="unknown_format")
    with path.open("wb") as target:
        unpack(package, chosen, target, limits, is_zstd=chosen == ZSTD)


def _read(database: sqlite3.Connection, name: str, limits: Limits, progress: Progress) -> Reading:
    collection = read_collection(database)
    progress.begin(READING, database.execute("SELECT count(*) FROM notes").fetchone()[0])
    judge = Judge(Reading("apkg"), limits)
    media: set[str] = set()
    for note in _notes(database, collection, name, judge):
        media |= note.media
        for card in cards_of(note):
            judge.take(card, has_media=bool(note.media))
        progress.step()
    judge.reading.left_out.add("media", count=len(media))
    return judge.reading


def _notes(database: sqlite3.Connection, collection: Collection, name: str, judge: Judge) -> Iterator[Note]:
    for _, guid, mid, mod, tags, fields, cards in database.execute(NOTES, (FIELDS * FIELD_CHARACTERS,)):
        note_type = collection.note_types.get(mid)
        texts = str(fields).split(SEPARATOR) if fields is not None else []
        if note_type is None or len(texts) > len(note_type.fields):  # a field with a separator in it would move the others
            judge.reading.left_out.add("unreadable", str(guid))
            continue
        if not texts or len(texts) > FIELDS or any(len(text) > FIELD_CHARACTERS for text in texts):
            judge.reading.left_out.add("too_long", str(guid))
            continue
        yield Note(
            str(guid)[:GUID_CHARACTERS], note_type, texts, tuple(clean(str(tags)).split()), _time(mod), _decks(cards, collection, name)
        )


def _decks(cards: str, collection: Collection, name: str) -> dict[int, str]:
    """Deck names by template number."""
    named = {int(order): collection.decks.get(deck, "") for order, deck in json.loads(cards)}
    return {order: name if deck in ("", DEFAULT_DECK) else deck for order, deck in named.items()}


def _time(seconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
