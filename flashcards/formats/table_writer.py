"""Write CSV and TSV.

The file starts with a byte order mark, because Excel reads a file without one in the computer's
legacy code page. Other programs that read CSV, including Anki, skip the mark. Every cell is quoted,
so that no locale's list separator splits a cell.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from flashcards.models import Card, Deck
from sessions_app.services.csv_safety import escape_formula

BYTE_ORDER_MARK = "\ufeff"
COLUMNS = ("front", "back", "kind", "tags", "sentence", "id")
Writer = Callable[[Deck, Sequence[Card]], Iterator[str]]
PIECE = re.compile(r"((?:\\.|[^,\\])*)(?:,|\\?$)", re.DOTALL)
SPECIAL = re.compile(r"([\\,])")


def table_writer(delimiter: str) -> Writer:
    """Return a function that writes a header and a row for each card."""

    def write(deck: Deck, cards: Sequence[Card]) -> Iterator[str]:
        yield BYTE_ORDER_MARK + _row(COLUMNS, delimiter)
        for card in cards:
            yield _row([escape_formula(cell) for cell in _cells(card)], delimiter)

    return write


def _cells(card: Card) -> list[str]:
    return [
        card.front,
        card.back,
        card.kind,
        tags_to_cell(card.tags),
        card.sentence,
        card.guid or str(card.pk),
    ]


def _row(cells: Iterable[str], delimiter: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


def tags_to_cell(tags: list[str]) -> str:
    return ", ".join(SPECIAL.sub(r"\\\1", tag) for tag in tags)


def tags_from_cell(cell: str) -> tuple[str, ...]:
    """Return the tags that `tags_to_cell` wrote into the cell."""
    pieces = (re.sub(r"\\(.)", r"\1", piece).strip() for piece in PIECE.findall(cell))
    return tuple(filter(None, pieces))


def tags_from_foreign_cell(cell: str) -> tuple[str, ...]:
    """Return the tags in a cell that another program wrote.

    Tags are separated by commas or semicolons, or else by white space.
    """
    pieces = re.split(r"[,;]", cell) if re.search(r"[,;]", cell) else cell.split()
    return tuple(filter(None, (piece.strip() for piece in pieces)))
