"""Read CSV, TSV and other text with columns.

The encoding, the delimiter and Anki's header lines are detected before the table is previewed or
parsed.

The header lines (`#separator:tab`, `#html:true`, `#tags column:3`) are described in "Text Files",
"File Headers" in Anki's manual. The manual counts columns from 1, and this module from 0.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from charset_normalizer import from_bytes
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from flashcards.card_kinds import CLOZE, KIND_OF_NAME
from flashcards.cloze import filled, has_gaps
from flashcards.formats.anki.html import text_of_html
from flashcards.formats.cards import CardValidator, ImportedCard, ParsedFile
from flashcards.formats.limits import READING, FileRejected, Limits, Progress
from flashcards.formats.table_writer import COLUMNS as OWN_COLUMNS
from flashcards.formats.table_writer import tags_from_cell, tags_from_foreign_cell
from flashcards.parsing.cards import clean
from sessions_app.services.csv_safety import unescape_formula

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "pipe": "|", "colon": ":"}
ROLE_COLUMNS = {
    "tags column": "tags",  # untranslated: a header line
    "deck column": "deck",  # untranslated: a header line
    "guid column": "id",  # untranslated: a header line
    "notetype column": "skip",  # untranslated: a header line
}
LINES = 20
ROLES = ("front", "back", "tags", "sentence", "kind", "id", "deck", "skip")
DELIMITERS = ("\t", ";", "|", ",")  # ties go to the earlier one, which is rarer in prose
SAMPLE_ROWS, SAMPLE_CHARACTERS = 50, 100_000
COLUMNS_READ = 1_000
COLUMNS_SHOWN, ROWS_SHOWN, CELL_SHOWN = 20, 6, 200
MAX_CELL_CHARACTERS = 131_072
HEADINGS = {
    "front": {"front", "question", "term", "word", "prompt", "q"},
    "back": {"back", "answer", "definition", "meaning", "translation", "a"},
    "tags": {"tags", "tag"},
    "sentence": {"sentence", "source"},
    "kind": {"kind"},
    "id": {"id", "guid"},
    "deck": {"deck"},
}
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings that are too similar to one of these can only be chosen by the user.
GUESSED = ["cp1252", "cp1251", "cp1253", "shift_jis", "gb18030", "big5", "euc_kr"]
# Python's names and the labels on the page
CHOICES: dict[str, str | Promise] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": gettext_lazy("Western European (Windows)"),
    "cp1250": gettext_lazy("Central European (Windows)"),
    "cp1251": gettext_lazy("Cyrillic (Windows)"),
    "cp1253": gettext_lazy("Greek (Windows)"),
    "cp1254": gettext_lazy("Turkish (Windows)"),
    "shift_jis": gettext_lazy("Japanese (Shift JIS)"),
    "gb18030": gettext_lazy("Chinese (GB 18030)"),
    "big5": gettext_lazy("Chinese (Big5)"),
    "euc_kr": gettext_lazy("Korean (EUC-KR)"),
}
SAMPLE_BYTES = 50_000


@dataclass
class AnkiHeaders:
    """The values of Anki's header lines, which are empty for other files.

    `length` is the length of the lines in characters.
    """

    length: int = 0
    delimiter: str = ""
    is_html: bool = False
    deck: str = ""
    tags: tuple[str, ...] = ()
    roles: dict[int, str] = field(default_factory=dict)


def read_headers(text: str) -> AnkiHeaders:
    headers = AnkiHeaders()
    for _ in range(LINES):
        line, end, _rest = text[headers.length :].partition("\n")
        if not (line.startswith("#") and ":" in line and _take(headers, line)):
            break
        headers.length += len(line) + len(end)
    return headers


def _take(headers: AnkiHeaders, line: str) -> bool:
    """Apply a line, and return whether it is one of Anki's header lines."""
    name, _, value = line[1:].partition(":")
    name, value = name.strip().lower(), value.strip("\r\n")
    if name in ROLE_COLUMNS:
        if value.strip().isdecimal() and 0 < int(value[:4]) < 1000:
            headers.roles[int(value[:4]) - 1] = ROLE_COLUMNS[name]
    elif name == "separator":
        headers.delimiter = SEPARATORS.get(value.strip().lower(), value[:1] or "\t")
    elif name == "html":
        headers.is_html = value.strip().lower() == "true"
    elif name == "deck":
        headers.deck = value.strip()
    elif name == "tags":
        headers.tags = tuple(clean(value).split())
    else:
        return name in {"notetype", "columns", "if matches"}  # untranslated: header lines
    return True


@dataclass(frozen=True)
class Choices:
    """The user's choices for reading a table.

    Values that are empty or None are detected from the file.
    """

    encoding: str = ""
    delimiter: str = ""
    has_header: bool | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A decoded table, with all choices made.

    `columns` are the roles of the columns, and `names` are their names.
    """

    text: str
    encoding: str
    delimiter: str
    has_header: bool
    columns: tuple[str, ...]
    names: tuple[str, ...]
    headers: AnkiHeaders
    is_own: bool

    def rows(self) -> Iterator[list[str]]:
        """Return the rows without the header and empty lines.

        The iterator raises FileRejected if a cell is too long.
        """
        rows = _rows(self.text, self.delimiter)
        return islice(rows, 1, None) if self.has_header else rows


def open_table(data: bytes, choices: Choices) -> Table:
    """Decode a table and choose how to read it.

    Raise FileRejected if a choice is not valid or the table has no rows.
    """
    _check(choices)
    text, encoding = decoded(data, choices.encoding)
    headers = read_headers(text)
    text = text[headers.length :]
    delimiter = choices.delimiter or headers.delimiter
    if not delimiter:  # choose the one that splits most rows into the same number of columns
        start = text[:SAMPLE_CHARACTERS]
        delimiter = max(DELIMITERS, key=lambda candidate: _evenness(start, candidate))
    sample = list(islice(_rows(text, delimiter), SAMPLE_ROWS))
    if not sample:
        raise FileRejected(gettext("There are no rows in this file."), code="no_cards")
    return _decided(
        Table(text, encoding, delimiter, False, (), (), headers, False), sample, choices
    )


def read_table(data: bytes, choices: Choices, limits: Limits, progress: Progress) -> ParsedFile:
    """Return all rows of a table as cards.

    Raise FileRejected if the table cannot be read. The code is `wrong_choice` if the column for the
    front or the back is missing.
    """
    table = open_table(data, choices)
    if not {"front", "back"} <= set(table.columns):
        raise FileRejected(
            gettext("Say which column holds the questions and which the answers."),
            code="wrong_choice",
        )
    validator = CardValidator(ParsedFile("table"), limits)
    progress.begin(READING, sum(1 for _ in table.rows()))
    for row in table.rows():
        validator.take(_card(row, table))
        progress.step()
    return validator.reading


def _check(choices: Choices) -> None:
    if len(choices.delimiter) > 1 or choices.delimiter in ('"', "\n", "\r"):
        raise FileRejected(
            gettext("The sign between columns must be one character, such as a comma or a tab."),
            code="wrong_choice",
        )
    if set(choices.columns) - set(ROLES):
        message = gettext("A column is one of %(roles)s.") % {"roles": ", ".join(ROLES)}
        raise FileRejected(message, code="wrong_choice")


def _decided(table: Table, sample: list[list[str]], choices: Choices) -> Table:
    width = min(max(map(len, sample)), COLUMNS_READ)
    first = sample[0][:width]
    guessed = [_role(cell) for cell in first] + ["skip"] * (width - len(first))
    looks_so = {"front", "back"} <= set(guessed) and not table.headers.length
    has_header = looks_so if choices.has_header is None else choices.has_header
    roles = _once(guessed) if looks_so else _usual(table.headers, width)
    columns = (*choices.columns, *["skip"] * width)[:width] if choices.columns else tuple(roles)
    names = tuple(
        first[index]
        if has_header and index < len(first)
        else gettext("Column %(number)s") % {"number": index + 1}
        for index in range(width)
    )
    is_own = tuple(first) == OWN_COLUMNS
    return replace(table, has_header=has_header, columns=columns, names=names, is_own=is_own)


def _role(heading: str) -> str:
    word = heading.strip().strip(":").lower()
    return next((role for role, names in HEADINGS.items() if word in names), "skip")


def _once(roles: Sequence[str]) -> list[str]:
    """Return the roles, with each role only in its first column."""
    return [role if role not in roles[:index] else "skip" for index, role in enumerate(roles)]


def _usual(headers: AnkiHeaders, width: int) -> list[str]:
    """Return the default roles of the columns.

    Front and back are the first two columns that have no role in Anki's header lines. Without
    header lines, tags are the third of three columns.
    """
    free = iter(
        ["front", "back"]
        if headers.length
        else ["front", "back", *(["tags"] if width == 3 else [])]
    )
    return [
        headers.roles[index] if index in headers.roles else next(free, "skip")
        for index in range(width)
    ]


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in islice(_rows(text, delimiter), SAMPLE_ROWS)]
    except FileRejected:
        return (0, 0)
    usual = max(set(widths), key=widths.count, default=0)
    return (widths.count(usual) / len(widths), usual) if usual > 1 else (0, 0)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    lines = io.StringIO(re.sub("\0", "", text), newline="")
    try:
        yield from (
            row
            for row in csv.reader(lines, delimiter=delimiter)
            if any(cell.strip() for cell in row)
        )
    except csv.Error:
        message = gettext(
            "A cell of this table has more than %(maximum)s characters: is a quote missing?"
        ) % {"maximum": f"{MAX_CELL_CHARACTERS:,}"}
        raise FileRejected(message, code="too_large") from None


def _card(row: list[str], table: Table) -> ImportedCard:
    cells = dict(zip(table.columns, map(clean, row), strict=False))
    front, back = (_text(cells.get(role, ""), table) for role in ("front", "back"))
    kind = cells.get("kind", "").strip().lower()
    if kind not in KIND_OF_NAME:
        kind = CLOZE if has_gaps(front) else ""
    return ImportedCard(
        front=front,
        back=back or (filled(front) if has_gaps(front) else ""),
        deck=cells.get("deck", "") or table.headers.deck,
        kind=kind,
        tags=_tags(cells.get("tags"), table),
        sentence=_text(cells["sentence"], table) if "sentence" in cells else None,
        guid=_plain(cells.get("id", ""), table)[:64],
    )


def _tags(cell: str | None, table: Table) -> tuple[str, ...] | None:
    if cell is None:
        return table.headers.tags or None
    read_tags = tags_from_cell if table.is_own else tags_from_foreign_cell
    return (*read_tags(_plain(cell, table)), *table.headers.tags)


def _plain(cell: str, table: Table) -> str:
    return unescape_formula(cell) if table.is_own else cell


def _text(cell: str, table: Table) -> str:
    return text_of_html(cell) if table.headers.is_html else _plain(cell, table)


def decoded(data: bytes, encoding: str = "") -> tuple[str, str]:
    """Return the text and its encoding, a key of CHOICES.

    Raise FileRejected if the given `encoding` is unknown or does not fit.
    """
    if encoding and encoding not in CHOICES:
        message = gettext("Choose an encoding: %(encodings)s.") % {"encodings": ", ".join(CHOICES)}
        raise FileRejected(message, code="wrong_choice")
    chosen = encoding or guess(data)
    try:
        # Undefined characters are replaced in Windows-1252. Other encodings must be valid.
        text = data.decode(chosen, "replace" if chosen == "cp1252" else "strict")
        return text.removeprefix("\ufeff"), chosen
    except (UnicodeError, LookupError):
        raise FileRejected(
            gettext("The file was not written with these letters: choose another encoding."),
            code="wrong_choice",
        ) from None


def guess(data: bytes) -> str:
    """Return the most likely encoding, a key of CHOICES."""
    marked = next((name for mark, name in MARKS if data.startswith(mark)), None)
    if marked:
        return marked.removesuffix("-sig")
    try:
        data.decode()
        return "utf-8"
    except UnicodeDecodeError:
        best = from_bytes(data[:SAMPLE_BYTES], cp_isolation=GUESSED).best()
        return best.encoding if best and best.encoding in CHOICES else "cp1252"
