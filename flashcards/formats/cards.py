"""Imported cards before they are saved: validated, with a count of the cards that were left out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext, ngettext

from flashcards.cloze import usable_kind
from flashcards.formats.limits import Limits, too_large
from flashcards.parsing.cards import SIDE_CHARACTERS, card_key, clean, trim
from flashcards.services.cards import tags_usable

EXAMPLES = 5
EXAMPLE_CHARACTERS = 60
# Each reason has a notice with the number of items that were left out.
SKIP_REASONS: dict[str, Callable[[int], str]] = {
    "media": lambda count: ngettext(
        "%(count)s picture or sound was left out: cards hold text.",
        "%(count)s pictures and sounds were left out: cards hold text.",
        count,
    ),
    "only_media": lambda count: ngettext(
        "%(count)s card was left out: a side is only pictures or sounds.",
        "%(count)s cards were left out: a side is only pictures or sounds.",
        count,
    ),
    "empty_side": lambda count: ngettext(
        "%(count)s card was left out: it has no question or no answer.",
        "%(count)s cards were left out: they have no question or no answer.",
        count,
    ),
    "too_long": lambda count: ngettext(
        "%(count)s card was left out: a side is longer than %(maximum)s characters.",
        "%(count)s cards were left out: a side is longer than %(maximum)s characters.",
        count,
    ),
    "unreadable": lambda count: ngettext(
        "%(count)s note was left out: it cannot be read.",
        "%(count)s notes were left out: they cannot be read.",
        count,
    ),
    "repeated": lambda count: ngettext(
        "%(count)s card stands in the file twice and was taken once.",
        "%(count)s cards stand in the file more than once and were taken once.",
        count,
    ),
    "changed_here": lambda count: ngettext(
        "%(count)s card was left as it is: you changed it here after the file was made.",
        "%(count)s cards were left as they are: you changed them here after the file was made.",
        count,
    ),
}
# Dates before this one and dates in the future are treated as unknown.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
GUID_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class ImportedCard:
    """A card of a file, with its text as our cards store it.

    A field that the file does not contain is None, or empty for `kind`. An update leaves such a
    field unchanged.

    `guid` identifies the card when the file is imported again. It is empty if the file has no
    identifiers. `changed_at` is the time of the last change in the source of the file.
    """

    front: str
    back: str
    deck: str = ""
    kind: str = ""
    tags: tuple[str, ...] | None = None
    sentence: str | None = None
    is_found: bool | None = None
    guid: str = ""
    changed_at: datetime | None = None
    extras: Mapping[str, Any] | None = None


@dataclass
class SkippedCards:
    """The number of items left out for each reason, with excerpts of a few of them."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, example: str = "", count: int = 1) -> None:
        """Count items as left out for `reason`, which is a key of SKIP_REASONS."""
        self.counts[reason] = self.counts.get(reason, 0) + count
        shown = self.examples.setdefault(reason, [])
        if len(shown) < EXAMPLES and (text := clean(example[:EXAMPLE_CHARACTERS])):
            shown.append(text)

    def as_list(self) -> list[dict[str, Any]]:
        """Return the reasons for the report, each with its code, count, message and examples."""
        skipped = []
        for reason, count in self.counts.items():
            if not count:
                continue
            numbers = {"count": f"{count:,}", "maximum": f"{SIDE_CHARACTERS:,}"}
            sentence = SKIP_REASONS[reason](count) % numbers
            examples = self.examples[reason]
            skipped.append(
                {"code": reason, "count": count, "sentence": sentence, "examples": examples}
            )
        return skipped


@dataclass
class ParsedFile:
    """The cards of a file, in the order of the file.

    `decks` maps the name of a deck in the file to the columns of the deck.
    """

    format: str
    cards: list[ImportedCard] = field(default_factory=list)
    left_out: SkippedCards = field(default_factory=SkippedCards)
    decks: dict[str, dict[str, Any]] = field(default_factory=dict)


class CardValidator:
    """Validates cards and adds them to a parsed file, in order."""

    def __init__(self, reading: ParsedFile, limits: Limits) -> None:
        self.reading = reading
        self._limits = limits
        self._seen: set[tuple[str, ...]] = set()

    def take(self, card: ImportedCard, *, has_media: bool = False) -> None:
        """Add a valid card, or count it as left out.

        Raise FileRejected (`too_many_cards`) if the file has more cards than the server accepts.
        """
        card = _cleaned(card)
        reason = self._reason(card, has_media)
        if reason:
            self.reading.left_out.add(reason, card.front or card.back)
            return
        self.reading.cards.append(card)
        if len(self.reading.cards) > self._limits.cards:
            raise _too_many(self._limits.cards)

    def _reason(self, card: ImportedCard, has_media: bool) -> str:
        if not card.front or not card.back:
            return "only_media" if has_media else "empty_side"
        if max(len(card.front), len(card.back)) > SIDE_CHARACTERS:
            return "too_long"
        return "" if self._is_new(card) else "repeated"

    def _is_new(self, card: ImportedCard) -> bool:
        """Return whether no earlier card has this `guid` or, without one, this deck and text."""
        key = (card.guid,) if card.guid else (card.deck, *card_key(card.front, card.back))
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new


def _cleaned(card: ImportedCard) -> ImportedCard:
    front = trim(clean(card.front))
    return replace(
        card,
        front=front,
        back=trim(clean(card.back)),
        deck=trim(clean(card.deck)),
        sentence=None if card.sentence is None else trim(clean(card.sentence))[:SIDE_CHARACTERS],
        guid=trim(clean(card.guid))[:GUID_CHARACTERS],
        changed_at=card.changed_at.astimezone(UTC)
        if card.changed_at and EARLIEST < card.changed_at < datetime.now(UTC)
        else None,
        tags=None if card.tags is None else tuple(tags_usable(card.tags)),
        kind=usable_kind(card.kind, front),
    )


def _too_many(most: int) -> Exception:
    message = gettext("This file has more than %(maximum)s cards: export fewer decks at a time.")
    refused = too_large(message % {"maximum": f"{most:,}"})
    refused.code = "too_many_cards"
    return refused
