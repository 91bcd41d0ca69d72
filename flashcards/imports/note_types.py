"""What kinds of notes a collection has, in both of Anki's schemas, and what its decks are called."""

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from flashcards.imports.database import need_tables, one_value, tables
from flashcards.imports.protobuf import numbers, texts
from flashcards.imports.refusals import damaged

KIND_FIELD, KIND_CLOZE = 1, 1  # Notetype.Config.kind in proto/anki/notetypes.proto
QUESTION_FIELD, ANSWER_FIELD = 1, 2  # Notetype.Template.Config.q_format and a_format
SUBDECK_SIGN = "\x1f"  # between a deck and its subdeck, in the newer schema


@dataclass
class NoteType:
    """Field names in order; templates by number, each as (question, answer)."""

    name: str
    is_cloze: bool
    fields: list[str] = field(default_factory=list)
    templates: dict[int, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Collection:
    """Note types and deck names by Anki's ids."""

    note_types: dict[int, NoteType]
    decks: dict[int, str]


def read_collection(database: sqlite3.Connection) -> Collection:
    """Raises ImportRefused when the tables are not Anki's."""
    need_tables(database, "notes", "cards")
    if "notetypes" in tables(database):
        need_tables(database, "fields", "templates", "decks")
        return Collection(_new_types(database), _new_decks(database))
    need_tables(database, "col")
    return Collection(_legacy_types(_legacy(database, "models")), _legacy_decks(_legacy(database, "decks")))


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


def _template(members: dict[int, bytes]) -> tuple[str, str]:
    question, answer = (members.get(member, b"").decode("utf-8", "replace") for member in (QUESTION_FIELD, ANSWER_FIELD))
    return question, answer


def _new_decks(database: sqlite3.Connection) -> dict[int, str]:
    return {int(number): str(name).replace(SUBDECK_SIGN, "::") for number, name in database.execute("SELECT id, name FROM decks")}


def _blob(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


def _legacy(database: sqlite3.Connection, column: str) -> dict[int, dict[str, Any]]:
    """A column of `col` holds JSON objects by id."""
    try:
        members = json.loads(one_value(database, f"SELECT {column} FROM col LIMIT 1"))  # noqa: S608 - one of our two words
        return {int(number): dict(value) for number, value in members.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise damaged("holds a collection whose note types or decks cannot be read") from error


def _legacy_types(models: dict[int, dict[str, Any]]) -> dict[int, NoteType]:
    try:
        return {number: _legacy_type(model) for number, model in models.items()}
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise damaged("holds a note type that cannot be read") from error


def _legacy_type(model: dict[str, Any]) -> NoteType:
    templates = {index: (str(one["qfmt"]), str(one["afmt"])) for index, one in enumerate(model["tmpls"])}
    return NoteType(str(model["name"]), model.get("type") == KIND_CLOZE, [str(one["name"]) for one in model["flds"]], templates)


def _legacy_decks(decks: dict[int, dict[str, Any]]) -> dict[int, str]:
    return {number: str(deck.get("name", "")) for number, deck in decks.items()}
