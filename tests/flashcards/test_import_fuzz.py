"""Fuzz tests of the import: each file gives a ParsedFile or a FileRejected, and nothing else.

They also test that exported tables can be imported again without changes.
"""

import io
import json
import sqlite3
import struct
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from flashcards.formats.cards import ParsedFile
from flashcards.formats.detect import IMPORT_FORMATS, read_file
from flashcards.formats.limits import FileRejected, Limits, Progress
from flashcards.formats.table_writer import table_writer, tags_from_cell, tags_to_cell
from flashcards.formats.tables import Choices
from flashcards.models import Card, Deck
from flashcards.parsing.cards import clean, trim
from flashcards.services.cards import tags_usable
from sessions_app.services.csv_safety import escape_formula, unescape_formula
from tests.helpers.tiers import fuzz

LIMITS = Limits(2 * 2**20, 1_000)
VALUES = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=40)
    | st.binary(max_size=40)
)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
TAGS = st.lists(
    st.text(max_size=60).map(lambda tag: trim(clean(tag)).strip()).filter(bool), max_size=4
)
SCHEMA = """
    CREATE TABLE col (id, models, decks); CREATE TABLE cards (id, nid, did, ord, odid);
    CREATE TABLE notes (id, guid, mid, mod, tags, flds);
"""
MODELS = {
    "1": {
        "name": "Basic",
        "type": 0,
        "flds": [{"name": "F"}, {"name": "B"}],
        "tmpls": [{"qfmt": "{{F}}", "afmt": "{{B}}"}],
    }
}

TEXT_FILES = {"json": b'[{"front": "ebb", "back": "falls"}]', "table": b"ebb,falls\n"}


def read(
    data: bytes, name: str = "x", choices: Choices | None = None, limits: Limits = LIMITS
) -> ParsedFile | str:
    """Return the parsed file, or the error code if the file is rejected."""
    try:
        return read_file(io.BytesIO(data), name, choices or Choices(), limits, Progress(20))
    except FileRejected as rejection:
        return rejection.code if rejection.message else "no message"


def zipped(**files: bytes) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return package.getvalue()


def collection(
    path: Path,
    notes: Any = (),
    cards: Any = (),
    models: Any = MODELS,
    decks: Any = None,
    schema: str = SCHEMA,
) -> bytes:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(schema)
        if "TABLE col" in schema:
            database.execute(
                "INSERT INTO col VALUES (1, ?, ?)",
                (json.dumps(models), json.dumps(decks or {"1": {"name": "Deck"}})),
            )
            database.executemany("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?)", notes)
            database.executemany("INSERT INTO cards VALUES (?, ?, ?, ?, ?)", cards)
        database.commit()
    return path.read_bytes()


@pytest.fixture
def valid_package(tmp_path: Path) -> bytes:
    """Return a valid package."""
    notes = [(1, "g", 1, 5, " a b ", "ebb\x1fflow")]
    return zipped(collection_anki2=collection(tmp_path / "c", notes, [(1, 1, 1, 0, 0)]))


def test_file_of_each_import_format_is_parsed_as_its_format(valid_package: bytes) -> None:
    files = TEXT_FILES | {"apkg": valid_package}
    assert set(files) == {format.name for format in IMPORT_FORMATS}, (
        "Add a file of each import format to TEXT_FILES, or here if it is not text."
    )
    for name, data in files.items():
        parsed = read(data)
        assert isinstance(parsed, ParsedFile)
        assert (parsed.format, [card.front for card in parsed.cards]) == (name, ["ebb"])


@fuzz(50)
@given(st.sampled_from(sorted(TEXT_FILES)), st.integers(0, 20), st.integers(0, 20), st.binary())
def test_damaged_text_file_is_parsed_or_rejected(
    name: str, start: int, end: int, inserted: bytes
) -> None:
    data = TEXT_FILES[name]
    assert read(data[:start] + inserted + data[end:]) != "no message"


def test_valid_package_is_parsed_with_deck_and_tags(valid_package: bytes) -> None:
    parsed = read(valid_package)
    assert isinstance(parsed, ParsedFile)
    assert [(card.front, card.back, card.deck, card.tags) for card in parsed.cards] == [
        ("ebb", "flow", "Deck", ("a", "b"))
    ]


# --- Random bytes, and valid files with some bytes changed ---
@fuzz(120)
@given(
    st.binary(max_size=400),
    st.sampled_from(
        [
            b"",
            b"PK\x03\x04",
            b"PK\x05\x06",
            b"\xff\xfe",
            b'{"cards": [',
            b"#separator:",
            b"SQLite format 3\0",
        ]
    ),
)
def test_arbitrary_bytes_are_parsed_or_rejected(data: bytes, prefix: bytes) -> None:
    read(prefix + data)


@fuzz(120)
@given(st.data())
def test_damaged_package_is_parsed_or_rejected(valid_package: bytes, data: st.DataObject) -> None:
    damaged = bytearray(valid_package)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(damaged[: data.draw(st.integers(1, len(damaged)))]))


@fuzz(120)
@given(st.data())
def test_damaged_collection_is_parsed_or_rejected(
    valid_package: bytes, data: st.DataObject
) -> None:
    with zipfile.ZipFile(io.BytesIO(valid_package)) as package:
        damaged = bytearray(package.read("collection.anki2"))
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(16, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    read(zipped(collection_anki2=bytes(damaged)))
    read(zipped(collection_anki21b=zstandard.compress(bytes(damaged))))


@fuzz(120)
@given(
    st.lists(st.tuples(*[VALUES] * 6), max_size=4),
    st.lists(st.tuples(*[VALUES] * 5), max_size=4),
    JSONS,
    JSONS,
)
def test_collection_with_arbitrary_rows_is_parsed_or_rejected(
    tmp_path: Path, notes: Any, cards: Any, models: Any, decks: Any
) -> None:
    rows = [(index, note[1], 1, *note[3:]) for index, note in enumerate(notes)]
    linked = [(card[0], index, *card[2:]) for index, card in enumerate(cards)]
    read(zipped(collection_anki2=collection(tmp_path / "c", rows, linked)))
    read(zipped(collection_anki21=collection(tmp_path / "c", rows, linked, models, decks or None)))


@fuzz(120)
@given(
    JSONS
    | st.lists(
        st.fixed_dictionaries(
            {"front": JSONS, "back": JSONS, "tags": JSONS, "kind": JSONS, "updatedAt": JSONS}
        )
    )
)
def test_arbitrary_json_is_parsed_or_rejected(value: Any) -> None:
    read(json.dumps(value).encode())
    read(
        json.dumps(
            {
                "format": "mindflip-deck",
                "version": 1,
                "deck": value,
                "cards": value if isinstance(value, list) else [value],
            }
        ).encode()
    )


@fuzz(120)
@given(
    st.text(),
    st.sampled_from(["", ",", ";", "\t", "|", ":", " ", "é"]),
    st.sampled_from([None, True, False]),
)
@example('"', ",", None)
@example("#separator:\n#tags column:0\na", "", None)
def test_arbitrary_text_is_parsed_or_rejected(
    text: str, delimiter: str, has_header: bool | None
) -> None:
    read(
        text.encode("utf-8", "replace"),
        choices=Choices(
            delimiter=delimiter, has_header=has_header, columns=("front", "back", "tags")
        ),
    )


# --- Malicious files ---
def test_decompression_bomb_is_rejected_as_too_large() -> None:
    assert read(zipped(collection_anki2=bytes(40 * 2**20))) == "too_large"
    assert read(zipped(collection_anki21b=zstandard.compress(bytes(40 * 2**20)))) == "too_large"


def test_package_that_unpacks_beyond_limit_is_rejected_as_too_large() -> None:
    assert read(zipped(collection_anki2=bytes(9 * 2**20)), limits=Limits(2**21, 10)) == "too_large"


@pytest.mark.parametrize("is_zip64", [False, True])
def test_zip_with_oversized_directory_is_rejected_as_too_large(is_zip64: bool) -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_535, 65_535, 2**32 - 1, 0, 0)
    end_64 = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**40, 2**40, 2**40, 0
    ) + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    assert read(b"PK\x03\x04" + (end_64 if is_zip64 else b"") + end) == "too_large"


def test_large_zip_directory_is_rejected_if_comment_contains_end_records() -> None:
    comment = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 0, 0, 0, 0)
    comment += struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 2**31, 0, len(comment))
    assert read(b"PK\x03\x04" + end + comment) == "too_large"


def test_large_zip_directory_is_rejected_if_offset_looks_like_end_record() -> None:
    offset = int.from_bytes(b"PK\x05\x06", "little")
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 2**31, offset, 0)
    assert read(b"PK\x03\x04" + end) == "too_large"


def test_zip_split_across_disks_is_rejected_as_damaged() -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 0, 0, 0)
    assert (
        read(b"PK\x03\x04" + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 2) + end) == "damaged_file"
    )


def test_package_with_path_traversal_is_rejected_as_unknown_format(valid_package: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(valid_package)) as package:
        data = package.read("collection.anki2")
    assert read(zipped(**{"../../collection_anki2": data})) == "unknown_format"


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE other (x)",
        SCHEMA.replace("CREATE TABLE notes (id, guid, mid, mod, tags, flds);", ""),
        SCHEMA.replace("flds", "fields"),
        (
            "CREATE TABLE cards (x); CREATE VIEW notes AS WITH RECURSIVE n(x) AS (SELECT 1 UNION"
            " ALL SELECT x + 1 FROM n) SELECT x FROM n"
        ),
    ],
)
def test_database_with_other_schema_is_rejected_as_damaged(tmp_path: Path, schema: str) -> None:
    with closing(sqlite3.connect(tmp_path / "c")) as database:
        database.executescript(schema)
        database.commit()
    assert read(zipped(collection_anki2=(tmp_path / "c").read_bytes())) == "damaged_file"


def test_oversized_and_unreadable_notes_are_left_out_of_import(tmp_path: Path) -> None:
    notes = [
        (1, "huge", 1, 5, "", "x" * 7_000_000 + "\x1fback"),
        (2, "good", 1, 5, "", "ebb\x1fflow"),
        (3, "odd", 9, 5, "", "a\x1fb"),
    ]
    cards = [(number, number, 1, 0, 0) for number in (1, 2, 3)]
    parsed = read(
        zipped(collection_anki2=collection(tmp_path / "c", notes, cards)), limits=Limits(2**26, 10)
    )
    assert isinstance(parsed, ParsedFile)
    assert [card.front for card in parsed.cards] == ["ebb"]
    assert parsed.left_out.counts == {"too_long": 1, "unreadable": 1, "media": 0}


# At these lengths, a regular expression that doesn't run in linear time would take hours.
@pytest.mark.parametrize(
    "template",
    [
        "{{" + " " * 100_000 + "x",
        "{{F" + " " * 100_000,
        "<hr " + "id=answer " * 100_000,
        "<hr" + " " * 100_000,
        "{{#F}}" * 20_000,
    ],
)
def test_package_with_pathological_card_template_is_parsed(tmp_path: Path, template: str) -> None:
    models = {
        "1": MODELS["1"] | {"tmpls": [{"qfmt": template + "{{F}}", "afmt": template + "{{B}}"}]}
    }
    package = zipped(
        collection_anki2=collection(
            tmp_path / "c", [(1, "g", 1, 5, "", "ebb\x1fflow")], [(1, 1, 1, 0, 0)], models
        )
    )
    parsed = read(package)
    assert isinstance(parsed, ParsedFile)
    assert len(parsed.cards) + sum(parsed.left_out.counts.values()) == 1


def test_table_with_300000_columns_is_parsed() -> None:
    parsed = read(("front,back," + "x," * 300_000 + "\nebb,flow\n").encode())
    assert isinstance(parsed, ParsedFile)
    assert [(card.front, card.back) for card in parsed.cards] == [("ebb", "flow")]


def test_import_is_rejected_after_its_deadline(valid_package: bytes) -> None:
    with pytest.raises(FileRejected) as rejection:
        read_file(io.BytesIO(valid_package), "x", Choices(), LIMITS, Progress(-1))
    assert rejection.value.code == "takes_too_long"


# --- Exported tables ---
SIDES = st.text(min_size=1, max_size=200).map(lambda text: trim(clean(text))).filter(bool)


@fuzz(120)
@given(st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=4, unique=True), TAGS)
@example([("=1+1", "'=1"), ("@x", "''-y"), ('"', "a\r\nb\rc")], ["a, b", "c\\"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_exported_table_is_imported_with_same_sides_tags_and_ids(
    delimiter: str, cards: list[tuple[str, str]], tags: list[str]
) -> None:
    rows = [Card(front=front, back=back, tags=tags) for front, back in cards]
    data = "".join(table_writer(delimiter)(Deck(name="x"), rows)).encode()
    parsed = read(data, "x.csv")
    assert isinstance(parsed, ParsedFile)
    assert [(card.front, card.back, card.tags, card.guid) for card in parsed.cards] == [
        (row.front, row.back, tuple(tags_usable(tags)), str(row.pk)) for row in rows
    ]


@fuzz(120)
@given(st.text())
def test_formula_escape_is_safe_and_reversible(cell: str) -> None:
    assert unescape_formula(escape_formula(cell)) == cell
    assert (
        escape_formula(cell).lstrip("' \u00a0\u3000")[:1] not in set("=+-@")
        or escape_formula(cell)[:1] == "'"
    )


@fuzz(120)
@given(TAGS)
def test_tags_are_unchanged_after_conversion_to_cell_and_back(tags: list[str]) -> None:
    assert list(tags_from_cell(tags_to_cell(tags))) == tags
