"""Read any supported file, and detect its format from its content, never from its name."""

import logging
from itertools import islice
from pathlib import PurePath
from typing import Any, BinaryIO

from django.utils.translation import gettext

from flashcards.formats.anki.package import read_package
from flashcards.formats.cards import ParsedFile
from flashcards.formats.limits import FileRejected, Limits, Progress, damaged
from flashcards.formats.mindflip_json import read_json
from flashcards.formats.tables import (
    CELL_SHOWN,
    COLUMNS_SHOWN,
    ROWS_SHOWN,
    Choices,
    Table,
    open_table,
    read_table,
)
from flashcards.models import NAME_CHARACTERS
from flashcards.parsing.cards import clean, trim

ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
SQLITE = b"SQLite format 3\x00"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
HEAD = 4096
UNFORESEEN = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, MemoryError)
log = logging.getLogger(__name__)


def read_file(
    file: BinaryIO, file_name: str, choices: Choices, limits: Limits, progress: Progress
) -> ParsedFile:
    """Return the cards of the file.

    Raise FileRejected if the file cannot be read, whatever is wrong with it.
    """
    format = format_of(file, limits)
    name = name_of(file_name)
    try:
        reading = _read(format, file, name, choices, limits, progress)
    except UNFORESEEN as error:  # files can be damaged in unforeseen ways
        log.warning("a %s file could not be read", format, exc_info=error)
        message = gettext("This file cannot be read: export it again and send the new one.")
        raise damaged(message) from error
    if not reading.cards and not reading.left_out.counts:
        raise FileRejected(gettext("There are no cards in this file."), code="no_cards")
    return reading


def preview_file(file: BinaryIO, choices: Choices, limits: Limits) -> dict[str, Any]:
    """Return a preview of the file for the page, before it is imported.

    The preview contains the format. For a table, it also contains how the table is read, its first
    rows, and the number of rows. Raise FileRejected if the file cannot be read.
    """
    format = format_of(file, limits)
    if format != "table":
        return {"format": format}
    return {"format": format, **_table_shown(open_table(file.read(), choices))}


def format_of(file: BinaryIO, limits: Limits) -> str:
    """Return "apkg", "json" or "table".

    Raise FileRejected if the file has none of these formats, or is empty or too large.
    """
    file.seek(0, 2)
    limits.check_file(file.tell())
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if head.startswith(ZIPS):
        return "apkg"
    if head.startswith(SQLITE) or (b"\0" in head and not head.startswith(UTF_16)):
        raise FileRejected(
            gettext(
                "This is neither a package of Anki nor text: send .apkg, .csv, .tsv, .txt or .json."
            ),
            code="unknown_format",
        )
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        raise FileRejected(gettext("This file is empty."), code="no_cards")
    return "json" if text[:1] in (b"{", b"[") and _is_json(text) else "table"


def _is_json(text: bytes) -> bool:
    """Return whether the text is JSON, not a table that starts with a bracket.

    Such a table may start with `[noun] water` or a cloze.
    """
    inner = text[1:].lstrip()[:1]
    return inner in (b'"', b"}") if text[:1] == b"{" else inner in (b"{", b"]", b"[")


def name_of(file_name: str) -> str:
    """Return the name for a deck without one: the file's name without its extension."""
    stem = PurePath(clean(file_name).replace("\\", "/")).stem
    # Translators: The name of a deck from a file without a name.
    return trim(stem)[:NAME_CHARACTERS] or gettext("Imported cards")


def _read(
    format: str, file: BinaryIO, name: str, choices: Choices, limits: Limits, progress: Progress
) -> ParsedFile:
    if format == "apkg":
        return read_package(file, name, limits, progress)
    if format == "json":
        return read_json(file.read(), name, limits, progress)
    return read_table(file.read(), choices, limits, progress)


def _table_shown(table: Table) -> dict[str, Any]:
    rows = [
        [cell[:CELL_SHOWN] for cell in row[:COLUMNS_SHOWN]]
        for row in islice(table.rows(), ROWS_SHOWN)
    ]
    return {
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "hasHeader": table.has_header,
        "columns": table.columns[:COLUMNS_SHOWN],
        "names": [name[:CELL_SHOWN] for name in table.names[:COLUMNS_SHOWN]],
        "rows": rows,
        "rowCount": sum(1 for _ in table.rows()),
    }
