"""Each card of a file on its way in: taken, or left out for a reason that the report names."""

from dataclasses import replace
from datetime import UTC, datetime

from flashcards.cloze import has_gaps
from flashcards.imports.limits import Limits
from flashcards.imports.reading import ImportedCard, Reading
from flashcards.imports.refusals import too_large
from flashcards.models import CardKind
from flashcards.parsing.drafts import SIDE_CHARACTERS, card_key, clean, trim
from flashcards.services.tags import tags_usable

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # what says it is older, or younger than now, says nothing about its age
GUID_CHARACTERS = 64


class Judge:
    """Takes cards into a reading, in their order."""

    def __init__(self, reading: Reading, limits: Limits) -> None:
        self.reading = reading
        self._limits = limits
        self._seen: set[tuple[str, ...]] = set()

    def take(self, card: ImportedCard, *, has_media: bool = False) -> None:
        """Raises ImportRefused (`too_many_cards`) when the file has more than the server takes at once."""
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
        """By its name in the file, or else by what it says."""
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
        changed_at=card.changed_at.astimezone(UTC) if card.changed_at and EARLIEST < card.changed_at < datetime.now(UTC) else None,
        tags=None if card.tags is None else tuple(tags_usable(card.tags)),
        kind=CardKind.BASIC if card.kind == CardKind.CLOZE and not has_gaps(front) else card.kind,
    )


def _too_many(most: int) -> Exception:
    refused = too_large(f"This file has more than {most:,} cards: export fewer decks at a time.")
    refused.code = "too_many_cards"
    return refused
