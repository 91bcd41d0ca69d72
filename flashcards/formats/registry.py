"""The export formats, and the export of a deck to a file."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from flashcards.formats.anki.writer import write_package
from flashcards.formats.markdown import write_markdown
from flashcards.formats.mindflip_json_writer import write_json
from flashcards.formats.table_writer import table_writer
from flashcards.models import Card, Deck
from flashcards.parsing.cards import clean, plain, trim
from sessions_app.exceptions import Invalid

NAME_BYTES = 120  # with the extension, below the limit of any file system
CHUNK_BYTES = 2**16
NOTHING_LEFT = "\ufffd"  # replaces a text that has only control characters
CONTROL_CATEGORIES = ("Cc", "Cf", "Zl", "Zp")  # untranslated: categories of Unicode
UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')


@dataclass(frozen=True)
class Format:
    """An export format.

    `words` describes to users what the format is good for. `write` returns the content of the file
    in pieces of text or bytes.
    """

    name: str
    label: str | Promise
    words: str | Promise
    extension: str
    content_type: str
    write: Callable[[Deck, Sequence[Card]], Iterable[str | bytes]]


@dataclass(frozen=True)
class Export:
    """An exported file."""

    file_name: str
    content_type: str
    pieces: Iterable[bytes]


FORMATS = {
    file_format.name: file_format
    for file_format in (
        Format(
            "apkg",
            gettext_lazy("Anki package"),
            gettext_lazy("To learn in Anki; a second import updates the cards."),
            "apkg",
            "application/apkg",
            write_package,
        ),
        Format(
            "csv",
            gettext_lazy("CSV table"),
            gettext_lazy("For Excel and other spreadsheets."),
            "csv",
            "text/csv; charset=utf-8",
            table_writer(","),
        ),
        Format(
            "tsv",
            gettext_lazy("TSV table"),
            gettext_lazy("For programs that read tabs."),
            "tsv",
            "text/tab-separated-values; charset=utf-8",
            table_writer("\t"),
        ),
        Format(
            "json",
            gettext_lazy("MindFlip file"),
            gettext_lazy("All cards, tags and notes, but no study progress."),
            "json",
            "application/json",
            write_json,
        ),
        Format(
            "markdown",
            "Markdown",  # untranslated: the name of the language
            gettext_lazy("To read and to put into notes."),
            "md",
            "text/markdown; charset=utf-8",
            write_markdown,
        ),
    )
}
CHOOSE = format_lazy(gettext_lazy("Choose a format: {formats}."), formats=", ".join(FORMATS))


def deck_export(*, deck: Deck, cards: Sequence[Card], format: str) -> Export:
    """Return the deck as a file in the given format.

    Raise Invalid, with a list of the formats, if the format does not exist.
    """
    chosen = FORMATS.get(format)
    if chosen is None:
        raise Invalid(str(CHOOSE), fields={"format": [str(CHOOSE)]})
    pieces = chosen.write(_clean_deck(deck), [_clean_card(card) for card in cards])
    return Export(
        f"{safe_name(deck.name)}.{chosen.extension}", chosen.content_type, _sendable(pieces)
    )


def _clean_deck(deck: Deck) -> Deck:
    """Return a copy of the deck without control characters in its text.

    Older versions stored control characters, and some formats use them as separators.
    """
    cleaned = copy(deck)
    cleaned.name = trim(clean(deck.name)) or NOTHING_LEFT
    cleaned.topic, cleaned.source = clean(deck.topic), clean(deck.source)
    cleaned.tags = _clean_tags(deck.tags)
    return cleaned


def _clean_card(card: Card) -> Card:
    """Return a copy of the card without control characters in its text.

    `guid` stays unchanged, because an import uses it to find the card.
    """
    cleaned = copy(card)
    cleaned.front = trim(clean(card.front)) or NOTHING_LEFT
    cleaned.back = trim(clean(card.back)) or NOTHING_LEFT
    cleaned.sentence, cleaned.extras = clean(card.sentence), plain(card.extras)
    cleaned.tags = _clean_tags(card.tags)
    return cleaned


def _clean_tags(tags: Iterable[str]) -> list[str]:
    return list(filter(None, (trim(clean(tag)) for tag in tags)))


def _sendable(pieces: Iterable[str | bytes]) -> Iterator[bytes]:
    """Yield the pieces as larger chunks, because cards are small."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece.encode() if isinstance(piece, str) else piece
        if len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def safe_name(name: str) -> str:
    """Return the deck's name as a file name that is valid on every system.

    It contains no path and no control characters, is not hidden, and has a limited length.
    """
    seen = "".join(
        " " if unicodedata.category(character) in CONTROL_CATEGORIES else character
        for character in unicodedata.normalize("NFC", name)
    )
    plain = UNSAFE.sub(" ", seen).strip(" .")
    return plain.encode()[:NAME_BYTES].decode("utf-8", "ignore").strip(" .") or "deck"
