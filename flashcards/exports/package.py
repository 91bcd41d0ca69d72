"""A deck as a package of Anki, in the older format that every Anki and its relatives read.

Notes, deck and note types have the same ids in every export, and a note's time is the time of the card's last change: so a second
import updates what changed and doubles nothing (docs/decisions/anki-packages.md).
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import genanki

from flashcards.cloze import filled, has_gaps
from flashcards.exports.package_look import CSS, answer, cloze_answer, question
from flashcards.models import Card, CardKind, Deck
from flashcards.own_notes import NAME_OF_KIND, OWN_NOTE_TYPES, SENTENCE_FIELD
from flashcards.rendering import card_html

NOTE_TYPE_IDS = {CardKind.BASIC: 1_704_067_200_101, CardKind.DEFINITION: 1_704_067_200_102, CardKind.CLOZE: 1_704_067_200_103}
FIRST_DECK_ID = 1 << 40  # above: a number out of the deck's id, below what JavaScript counts exactly
LABELS = {CardKind.BASIC: ("Question", "Answer"), CardKind.DEFINITION: ("Term", "Definition")}


class Note(genanki.Note):
    """A note that was changed when its card was, not when it was exported."""

    def __init__(self, card: Card, deck: Deck) -> None:
        kind = _kind(card)
        tags = [tag_of(tag) for tag in dict.fromkeys([*card.tags, *deck.tags])]
        super().__init__(model=note_type(kind), fields=_fields(card, kind), guid=card.guid or str(card.pk), tags=tags)
        self._changed_at = card.updated_at

    def write_to_db(self, cursor: Any, timestamp: float, deck_id: int, id_gen: Iterator[int]) -> None:
        super().write_to_db(cursor, self._changed_at.timestamp(), deck_id, id_gen)


def write_package(deck: Deck, cards: Sequence[Card]) -> list[bytes]:
    """The whole .apkg, as its only piece: a zip is finished last."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deck.apkg"
        genanki.Package(_deck(deck, cards)).write_to_file(path, timestamp=deck.created_at.timestamp())
        return [path.read_bytes()]


@cache
def note_type(kind: str) -> genanki.Model:
    """The note type of a kind of card."""
    name = NAME_OF_KIND[CardKind(kind)]
    _, front, back = OWN_NOTE_TYPES[name]
    is_cloze = kind == CardKind.CLOZE
    fields = [{"name": field} for field in (front, back, SENTENCE_FIELD)]
    template = {"name": "Card", **(_cloze_sides(front, back) if is_cloze else _sides(kind, front, back))}
    model_type = genanki.Model.CLOZE if is_cloze else genanki.Model.FRONT_BACK
    return genanki.Model(NOTE_TYPE_IDS[CardKind(kind)], name, fields=fields, templates=[template], css=CSS, model_type=model_type)


def tag_of(tag: str) -> str:
    """Anki's tags hold no blanks."""
    return re.sub(r"\s+", "_", tag)


def _deck(deck: Deck, cards: Sequence[Card]) -> genanki.Deck:
    made = genanki.Deck(FIRST_DECK_ID + deck.pk.int % (1 << 50), deck.name)
    for card in cards:
        made.add_note(Note(card, deck))
    return made


def _kind(card: Card) -> str:
    """Anki makes no card out of a cloze without gaps."""
    return CardKind.BASIC if card.kind == CardKind.CLOZE and not has_gaps(card.front) else card.kind


def _fields(card: Card, kind: str) -> list[str]:
    says_no_more = kind == CardKind.CLOZE and card.back == filled(card.front)
    return [card_html(card.front), "" if says_no_more else card_html(card.back), card_html(card.sentence)]


def _sides(kind: str, front: str, back: str) -> dict[str, str]:
    asked, answered = LABELS[CardKind(kind)]
    return {"qfmt": question(asked, f"{{{{{front}}}}}"), "afmt": answer(answered, f"{{{{{back}}}}}")}


def _cloze_sides(text: str, extra: str) -> dict[str, str]:
    field = f"{{{{cloze:{text}}}}}"
    return {"qfmt": question("Fill the gap", field), "afmt": cloze_answer(field, extra)}
