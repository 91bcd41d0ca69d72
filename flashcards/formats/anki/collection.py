"""Read the note types and deck names of an Anki collection, in both of Anki's schemas.

The newer schema stores protobuf messages. Only one number and two texts from them are needed, so
their fields are read without a schema. Source: the wire format as published with Protocol Buffers.
The field numbers are Anki's own (proto/anki/*.proto).
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from flashcards.formats.limits import FileRejected, Progress, damaged

KIND_FIELD, KIND_CLOZE = 1, 1  # Notetype.Config.kind in proto/anki/notetypes.proto
QUESTION_FIELD, ANSWER_FIELD = 1, 2  # Notetype.Template.Config.q_format and a_format
SUBDECK_SIGN = "\x1f"  # between a deck and its subdeck, in the newer schema
VARINT, EIGHT_BYTES, LENGTH, FOUR_BYTES = 0, 1, 2, 5
VARINT_BYTES = 10
CELL_BYTES = 64 * 2**20  # a legacy collection stores all note types in one cell
COLUMNS = 200
STEPS = 50_000  # instructions of SQLite's virtual machine between two checks of the time limit


@dataclass
class NoteType:
    """An Anki note type.

    `fields` are the names of its fields in order. `templates` maps the number of a template to its
    question and answer.
    """

    name: str
    is_cloze: bool
    fields: list[str] = field(default_factory=list)
    templates: dict[int, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Collection:
    """The note types and deck names of a collection, by Anki's IDs."""

    note_types: dict[int, NoteType]
    decks: dict[int, str]


def read_collection(database: sqlite3.Connection) -> Collection:
    """Return the note types and deck names of a collection.

    Raise FileRejected if the tables are not Anki's or cannot be read.
    """
    require_tables(database, "notes", "cards")
    if "notetypes" in tables(database):
        require_tables(database, "fields", "templates", "decks")
        return Collection(_new_types(database), _new_decks(database))
    require_tables(database, "col")
    note_types, decks = _legacy_types(_legacy(database, "models")), _legacy(database, "decks")
    names = {number: str(deck.get("name", "")) for number, deck in decks.items()}
    return Collection(note_types, names)


def _new_types(database: sqlite3.Connection) -> dict[int, NoteType]:
    types = {
        int(number): NoteType(str(name), numbers(_blob(config)).get(KIND_FIELD) == KIND_CLOZE)
        for number, name, config in database.execute("SELECT id, name, config FROM notetypes")
    }
    for number, name in database.execute("SELECT ntid, name FROM fields ORDER BY ntid, ord"):
        if number in types:
            types[number].fields.append(str(name))
    for number, order, config in database.execute("SELECT ntid, ord, config FROM templates"):
        if number in types:
            types[number].templates[int(order)] = _template(texts(_blob(config)))
    return types


def _template(fields: dict[int, bytes]) -> tuple[str, str]:
    question, answer = (
        fields.get(number, b"").decode("utf-8", "replace")
        for number in (QUESTION_FIELD, ANSWER_FIELD)
    )
    return question, answer


def _new_decks(database: sqlite3.Connection) -> dict[int, str]:
    return {
        int(number): str(name).replace(SUBDECK_SIGN, "::")
        for number, name in database.execute("SELECT id, name FROM decks")
    }


def _blob(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


def _legacy(database: sqlite3.Connection, column: str) -> dict[int, dict[str, Any]]:
    """Return the JSON objects in a column of the table `col`, by ID."""
    try:
        objects = json.loads(one_value(database, f"SELECT {column} FROM col LIMIT 1"))  # noqa: S608 - a constant
        return {int(number): dict(value) for number, value in objects.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        message = gettext(
            "This file holds a collection whose note types or decks cannot be read: export it again"
            " and send the new one."
        )
        raise damaged(message) from error


def _legacy_types(models: dict[int, dict[str, Any]]) -> dict[int, NoteType]:
    try:
        return {number: _legacy_type(model) for number, model in models.items()}
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        message = gettext(
            "This file holds a note type that cannot be read: export it again and send the new one."
        )
        raise damaged(message) from error


def _legacy_type(model: dict[str, Any]) -> NoteType:
    templates = {
        index: (str(template["qfmt"]), str(template["afmt"]))
        for index, template in enumerate(model["tmpls"])
    }
    return NoteType(
        str(model["name"]),
        model.get("type") == KIND_CLOZE,
        [str(note_field["name"]) for note_field in model["flds"]],
        templates,
    )


def numbers(message: bytes) -> dict[int, int]:
    """Return the integers of a message by field number.

    Only the last value of a repeated field is returned. Raise FileRejected if the message is
    damaged.
    """
    return {field: value for field, value in _members(message) if isinstance(value, int)}


def texts(message: bytes) -> dict[int, bytes]:
    """Return the texts, bytes and embedded messages of a message by field number.

    Only the last value of a repeated field is returned. Raise FileRejected if the message is
    damaged.
    """
    return {field: value for field, value in _members(message) if isinstance(value, bytes)}


def _members(message: bytes) -> list[tuple[int, int | bytes]]:
    fields: list[tuple[int, int | bytes]] = []
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        value, at = _value(message, at, tag & 7)
        fields.append((tag >> 3, value))
    return fields


def _value(message: bytes, at: int, wire: int) -> tuple[int | bytes, int]:
    if wire == VARINT:
        return _varint(message, at)
    if wire == LENGTH:
        length, at = _varint(message, at)
    elif wire in (EIGHT_BYTES, FOUR_BYTES):
        length = 8 if wire == EIGHT_BYTES else 4
    else:
        raise damaged(
            gettext(
                "This file has a part that cannot be read: export it again and send the new one."
            )
        )
    if length > len(message) - at:
        raise _ends_too_early()
    return message[at : at + length], at + length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(message[at : at + VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    raise _ends_too_early()


def _ends_too_early() -> FileRejected:
    return damaged(
        gettext("This file ends in the middle of a part: export it again and send the new one.")
    )


@contextmanager
def open_database(path: Path, progress: Progress) -> Iterator[sqlite3.Connection]:
    """Open a database read-only, and replace invalid UTF-8 in its text.

    Raise FileRejected if SQLite reports an error or the time limit is exceeded.
    """
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        _bind(connection, progress)
        yield connection
    except (sqlite3.Error, OverflowError, MemoryError) as error:
        progress.check()  # an interrupted query has run out of time
        message = gettext(
            "This file holds a database that is damaged or not Anki's: export it again and send the"
            " new one."
        )
        raise damaged(message) from error
    finally:
        connection.close()


def tables(connection: sqlite3.Connection) -> set[str]:
    """Return the names of ordinary tables.

    Views and virtual tables are left out, because a query on a view could run endlessly.
    """
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return {str(name) for name, sql in rows if str(sql).upper().startswith("CREATE TABLE")}


def require_tables(connection: sqlite3.Connection, *names: str) -> None:
    """Raise FileRejected if one of the tables is missing."""
    if not set(names) <= tables(connection):
        message = gettext(
            "This file holds a collection without notes or cards: export it again and send the new"
            " one."
        )
        raise damaged(message)


def one_value(connection: sqlite3.Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    if row is None:
        message = gettext(
            "This file holds an empty collection: export it again and send the new one."
        )
        raise damaged(message)
    return row[0]


def _bind(connection: sqlite3.Connection, progress: Progress) -> None:
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, CELL_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, COLUMNS)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_progress_handler(progress.is_over, STEPS)
    connection.create_collation("unicase", _unicase)
    for pragma in (
        "trusted_schema = OFF",
        "cell_size_check = ON",
        "query_only = ON",
        "mmap_size = 0",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _unicase(name: str, other: str) -> int:
    """Compare names in the order that Anki's indexes are built with."""
    return (name.casefold() > other.casefold()) - (name.casefold() < other.casefold())
