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
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flashcards.formats.cards import ParsedFile
from flashcards.formats.detect import read_file
from flashcards.formats.limits import FileRejected, Limits, Progress
from flashcards.formats.table_writer import table_writer, tags_from_cell, tags_to_cell
from flashcards.formats.tables import Choices
from flashcards.models import Card, Deck
from flashcards.parsing.cards import clean, trim
from sessions_app.services.csv_safety import escape_formula, unescape_formula

LIMITS = Limits(2 * 2**20, 1_000)
EXAMPLES = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
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


def read(
    data: bytes, name: str = "x", choices: Choices | None = None, limits: Limits = LIMITS
) -> ParsedFile | str:
    """Return the parsed file, or the error code if the file is rejected."""
    try:
        return read_file(io.BytesIO(data), name, choices or Choices(), limits, Progress(20))
    except FileRejected as refused:
        return refused.code if refused.message else "no sentence"


def zipped(**files: bytes) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name.replace("_", "."), data)
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
def real(tmp_path: Path) -> bytes:
    """Return a valid package."""
    notes = [(1, "g", 1, 5, " a b ", "ebb\x1fflow")]
    return zipped(collection_anki2=collection(tmp_path / "c", notes, [(1, 1, 1, 0, 0)]))


def test_the_one_that_is_broken_below_is_read_when_it_is_whole(real: bytes) -> None:
    reading = read(real)
    assert isinstance(reading, ParsedFile)
    assert [(card.front, card.back, card.deck, card.tags) for card in reading.cards] == [
        ("ebb", "flow", "Deck", ("a", "b"))
    ]


# --- Random bytes, and valid files with some bytes changed ---
@EXAMPLES
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
def test_any_bytes_are_a_reading_or_a_refusal(data: bytes, head: bytes) -> None:
    read(head + data)


@EXAMPLES
@given(st.data())
def test_a_package_with_broken_bytes_is_a_reading_or_a_refusal(
    real: bytes, data: st.DataObject
) -> None:
    broken = bytearray(real)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(broken[: data.draw(st.integers(1, len(broken)))]))


@EXAMPLES
@given(st.data())
def test_a_collection_with_broken_bytes_is_a_reading_or_a_refusal(
    real: bytes, data: st.DataObject
) -> None:
    with zipfile.ZipFile(io.BytesIO(real)) as package:
        broken = bytearray(package.read("collection.anki2"))
    for _ in range(data.draw(st.integers(1, 12))):
        broken[data.draw(st.integers(16, len(broken) - 1))] = data.draw(st.integers(0, 255))
    read(zipped(collection_anki2=bytes(broken)))
    read(zipped(collection_anki21b=zstandard.compress(bytes(broken))))


@EXAMPLES
@given(
    st.lists(st.tuples(*[VALUES] * 6), max_size=4),
    st.lists(st.tuples(*[VALUES] * 5), max_size=4),
    JSONS,
    JSONS,
)
def test_any_rows_are_a_reading_or_a_refusal(
    tmp_path: Path, notes: Any, cards: Any, models: Any, decks: Any
) -> None:
    rows = [(index, note[1], 1, *note[3:]) for index, note in enumerate(notes)]
    linked = [(card[0], index, *card[2:]) for index, card in enumerate(cards)]
    read(zipped(collection_anki2=collection(tmp_path / "c", rows, linked)))
    read(zipped(collection_anki21=collection(tmp_path / "c", rows, linked, models, decks or None)))


@EXAMPLES
@given(
    JSONS
    | st.lists(
        st.fixed_dictionaries(
            {"front": JSONS, "back": JSONS, "tags": JSONS, "kind": JSONS, "updatedAt": JSONS}
        )
    )
)
def test_any_json_is_a_reading_or_a_refusal(value: Any) -> None:
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


@EXAMPLES
@given(
    st.text(),
    st.sampled_from(["", ",", ";", "\t", "|", ":", " ", "é"]),
    st.sampled_from([None, True, False]),
)
@example('"', ",", None)
@example("#separator:\n#tags column:0\na", "", None)
def test_any_text_is_a_reading_or_a_refusal(
    text: str, delimiter: str, has_header: bool | None
) -> None:
    read(
        text.encode("utf-8", "replace"),
        choices=Choices(
            delimiter=delimiter, has_header=has_header, columns=("front", "back", "tags")
        ),
    )


# --- Malicious files ---
def test_a_bomb_is_not_unpacked() -> None:
    assert read(zipped(collection_anki2=bytes(40 * 2**20))) == "too_large"
    assert read(zipped(collection_anki21b=zstandard.compress(bytes(40 * 2**20)))) == "too_large"


def test_more_is_not_unpacked_than_the_server_allows() -> None:
    assert read(zipped(collection_anki2=bytes(9 * 2**20)), limits=Limits(2**21, 10)) == "too_large"


@pytest.mark.parametrize("is_64", [False, True])
def test_a_directory_without_end_is_not_read(is_64: bool) -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_535, 65_535, 2**32 - 1, 0, 0)
    end_64 = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**40, 2**40, 2**40, 0
    ) + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    assert read(b"PK\x03\x04" + (end_64 if is_64 else b"") + end) == "too_large"


def test_comment_with_other_end_records_does_not_hide_a_large_directory() -> None:
    comment = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 0, 0, 0, 0)
    comment += struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 2**31, 0, len(comment))
    assert read(b"PK\x03\x04" + end + comment) == "too_large"


def test_offset_that_looks_like_an_end_record_does_not_hide_a_large_directory() -> None:
    offset = int.from_bytes(b"PK\x05\x06", "little")
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 2**31, offset, 0)
    assert read(b"PK\x03\x04" + end) == "too_large"


def test_package_on_several_disks_is_refused() -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 0, 0, 0)
    assert (
        read(b"PK\x03\x04" + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 2) + end) == "damaged_file"
    )


def test_names_in_a_package_lead_nowhere(real: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(real)) as package:
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
def test_a_database_of_another_shape_is_refused(tmp_path: Path, schema: str) -> None:
    with closing(sqlite3.connect(tmp_path / "c")) as database:
        database.executescript(schema)
        database.commit()
    assert read(zipped(collection_anki2=(tmp_path / "c").read_bytes())) == "damaged_file"


def test_a_huge_note_costs_only_itself(tmp_path: Path) -> None:
    notes = [
        (1, "huge", 1, 5, "", "x" * 7_000_000 + "\x1fback"),
        (2, "good", 1, 5, "", "ebb\x1fflow"),
        (3, "odd", 9, 5, "", "a\x1fb"),
    ]
    cards = [(number, number, 1, 0, 0) for number in (1, 2, 3)]
    reading = read(
        zipped(collection_anki2=collection(tmp_path / "c", notes, cards)), limits=Limits(2**26, 10)
    )
    assert isinstance(reading, ParsedFile)
    assert [card.front for card in reading.cards] == ["ebb"]
    assert reading.left_out.counts == {"too_long": 1, "unreadable": 1, "media": 0}


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
def test_a_template_made_to_be_slow_is_read(tmp_path: Path, template: str) -> None:
    models = {
        "1": MODELS["1"] | {"tmpls": [{"qfmt": template + "{{F}}", "afmt": template + "{{B}}"}]}
    }
    package = zipped(
        collection_anki2=collection(
            tmp_path / "c", [(1, "g", 1, 5, "", "ebb\x1fflow")], [(1, 1, 1, 0, 0)], models
        )
    )
    reading = read(package)
    assert isinstance(reading, ParsedFile)
    assert len(reading.cards) + sum(reading.left_out.counts.values()) == 1


def test_a_table_of_very_many_columns_is_read() -> None:
    reading = read(("front,back," + "x," * 300_000 + "\nebb,flow\n").encode())
    assert isinstance(reading, ParsedFile)
    assert [(card.front, card.back) for card in reading.cards] == [("ebb", "flow")]


def test_an_import_ends_at_its_deadline(real: bytes) -> None:
    with pytest.raises(FileRejected) as refused:
        read_file(io.BytesIO(real), "x", Choices(), LIMITS, Progress(-1))
    assert refused.value.code == "takes_too_long"


# --- Exported tables ---
SIDES = st.text(min_size=1, max_size=200).map(lambda text: trim(clean(text))).filter(bool)


@EXAMPLES
@given(st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=4, unique=True), TAGS)
@example([("=1+1", "'=1"), ("@x", "''-y"), ('"', "a\r\nb\rc")], ["a, b", "c\\"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_table_of_ours_comes_back_as_it_was(
    delimiter: str, cards: list[tuple[str, str]], tags: list[str]
) -> None:
    rows = [Card(front=front, back=back, tags=tags) for front, back in cards]
    data = "".join(table_writer(delimiter)(Deck(name="x"), rows)).encode()
    reading = read(data, "x.csv")
    assert isinstance(reading, ParsedFile)
    assert [(card.front, card.back, card.guid) for card in reading.cards] == [
        (row.front, row.back, str(row.pk)) for row in rows
    ]


@EXAMPLES
@given(st.text())
def test_a_cell_made_dead_comes_alive_again(cell: str) -> None:
    assert unescape_formula(escape_formula(cell)) == cell
    assert (
        escape_formula(cell).lstrip("' \u00a0\u3000")[:1] not in set("=+-@")
        or escape_formula(cell)[:1] == "'"
    )


@EXAMPLES
@given(TAGS)
def test_tags_keep_their_commas(tags: list[str]) -> None:
    assert list(tags_from_cell(tags_to_cell(tags))) == tags
