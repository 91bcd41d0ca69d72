"""CSV and TSV. A byte order mark stands first, because Excel takes a file without one for the machine's old code page; whatever else
reads CSV today, Anki included, skips it. Every cell is in quotes, so that no list separator of any country splits one."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from flashcards.models import Card, Deck
from flashcards.tag_cells import tags_to_cell
from sessions_app.services.formula import dead

BYTE_ORDER_MARK = "\ufeff"
COLUMNS = ("front", "back", "kind", "tags", "sentence", "id")
Writer = Callable[[Deck, Sequence[Card]], Iterator[str]]


def table_writer(delimiter: str) -> Writer:
    """Writes a header and a row for each card."""

    def write(deck: Deck, cards: Sequence[Card]) -> Iterator[str]:
        yield BYTE_ORDER_MARK + _row(COLUMNS, delimiter)
        for card in cards:
            yield _row([dead(cell) for cell in _cells(card)], delimiter)

    return write


def _cells(card: Card) -> list[str]:
    return [card.front, card.back, card.kind, tags_to_cell(card.tags), card.sentence, card.guid or str(card.pk)]


def _row(cells: Iterable[str], delimiter: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()
