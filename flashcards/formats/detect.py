"""Read any supported file, and detect its format from its content, never from its name."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import Any, BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

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


@dataclass(frozen=True)
class ImportFormat:
    """A format of files that can be imported.

    Users see `label` and `extensions`. `matches` returns whether a file that starts with the given
    bytes has this format. `read` returns the cards of the file, and is called with the file, the
    name for a deck without one, the user's choices for a table, the limits, and the progress to
    report.
    """

    name: str
    label: Promise
    extensions: tuple[str, ...]
    matches: Callable[[bytes], bool]
    read: Callable[[BinaryIO, str, Choices, Limits, Progress], ParsedFile]


def read_file(
    file: BinaryIO, file_name: str, choices: Choices, limits: Limits, progress: Progress
) -> ParsedFile:
    """Return the cards of the file.

    Raise FileRejected if the file cannot be read, whatever is wrong with it.
    """
    format = format_of(file, limits)
    name = name_of(file_name)
    try:
        reading = format.read(file, name, choices, limits, progress)
    except UNFORESEEN as error:  # files can be damaged in unforeseen ways
        log.warning("a %s file could not be read", format.name, exc_info=error)
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
    if format is not TABLE:
        return {"format": format.name}
    return {"format": format.name, **_table_shown(open_table(file.read(), choices))}


def format_of(file: BinaryIO, limits: Limits) -> ImportFormat:
    """Return the first of IMPORT_FORMATS that the content of the file matches.

    Raise FileRejected if the file has none of these formats, or is empty or too large.
    """
    file.seek(0, 2)
    limits.check_file(file.tell())
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if not _text_of(head):
        raise FileRejected(gettext("This file is empty."), code="no_cards")
    format = next((format for format in IMPORT_FORMATS if format.matches(head)), None)
    if format is None:
        message = gettext("This file cannot be imported. Choose a file of these types: %(types)s.")
        raise FileRejected(message % {"types": ", ".join(EXTENSIONS)}, code="unknown_format")
    return format


def _text_of(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _is_package(head: bytes) -> bool:
    return head.startswith(ZIPS)


def _is_text(head: bytes) -> bool:
    return not head.startswith(SQLITE) and (b"\0" not in head or head.startswith(UTF_16))


def _is_json(head: bytes) -> bool:
    """Return whether the file is JSON, not a table that starts with a bracket.

    Such a table may start with `[noun] water` or a cloze.
    """
    text = _text_of(head)
    inner = text[1:].lstrip()[:1]
    opening = {b"{": (b'"', b"}"), b"[": (b"{", b"]", b"[")}
    return _is_text(head) and inner in opening.get(text[:1], ())


def name_of(file_name: str) -> str:
    """Return the name for a deck without one: the file's name without its extension."""
    stem = PurePath(clean(file_name).replace("\\", "/")).stem
    # Translators: The name of a deck from a file without a name.
    return trim(stem)[:NAME_CHARACTERS] or gettext("Imported cards")


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


TABLE = ImportFormat(
    "table",
    gettext_lazy("tables"),
    (".csv", ".tsv", ".txt"),
    _is_text,
    lambda file, name, choices, limits, progress: read_table(
        file.read(), choices, limits, progress
    ),
)
IMPORT_FORMATS = (
    ImportFormat(
        "apkg",
        gettext_lazy("Anki packages"),
        (".apkg", ".colpkg"),
        _is_package,
        lambda file, name, choices, limits, progress: read_package(file, name, limits, progress),
    ),
    ImportFormat(
        "json",
        gettext_lazy("MindFlip files"),
        (".json",),
        _is_json,
        lambda file, name, choices, limits, progress: read_json(
            file.read(), name, limits, progress
        ),
    ),
    TABLE,  # last, because it matches every text
)
EXTENSIONS = tuple(extension for format in IMPORT_FORMATS for extension in format.extensions)
