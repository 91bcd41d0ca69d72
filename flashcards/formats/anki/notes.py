"""Convert an Anki note to cards: the text that its templates show.

A template is filled with the note's fields: `{{Field}}`, `{{filter:Field}}`,
`{{#Field}}…{{/Field}}`, `{{^Field}}…{{/Field}}`. Source of the rules: "Card Generation" and "Field
Replacements" in Anki's manual. Elements that a card shows only while it is studied are left out:
the box to type into, speech, and the name of the deck.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flashcards.card_kinds import CLOZE, OWN_NOTE_TYPES, SENTENCE_FIELD
from flashcards.cloze import filled, has_gaps
from flashcards.formats.anki.collection import NoteType
from flashcards.formats.anki.html import media_of_html, text_of_html
from flashcards.formats.cards import ImportedCard

OCCLUSION = "image-occlusion:"
# Quantifiers for blanks are possessive, and names neither start nor end with a blank. Each run of
# blanks can therefore match in only one way.
TAG = re.compile(r"\{\{\s*+([#^/]?)\s*+([^{}\s](?:[^{}]{0,198}[^{}\s])?)\s*+\}\}")
ANSWER = re.compile(r"<hr\b(?=[^<>]*+>)[^<>]*?\bid ?= ?[\"']?answer[\"']?[^<>]*+>", re.IGNORECASE)
SPECIAL = {"FrontSide", "Tags", "Type", "Deck"}  # untranslated: names in Anki's templates
SPECIAL |= {"Subdeck", "Card", "CardFlag", "CardID"}  # untranslated: names in Anki's templates
OPENING = ("#", "^")
LONGEST = 100_000  # characters of one filled side, because a template may repeat a field


@dataclass(frozen=True, slots=True)
class Note:
    """A note: its fields as HTML, and the decks of its cards by template number."""

    guid: str
    note_type: NoteType
    fields: list[str]
    tags: tuple[str, ...]
    changed_at: datetime | None
    decks: dict[int, str]

    @property
    def by_name(self) -> dict[str, str]:
        return dict(zip(self.note_type.fields, self.fields, strict=False))

    @property
    def media(self) -> set[str]:
        return {name for text in self.fields for name in media_of_html(text)}


def cards_of(note: Note) -> Iterator[ImportedCard]:
    """Yield one card for each card of the note in Anki.

    A cloze is one card with all its gaps. Sides may be empty or too long.
    """
    if note.note_type.name in OWN_NOTE_TYPES:
        yield _own(note)
    elif note.note_type.is_cloze:
        yield _cloze(note)
    else:
        for order, deck in sorted(note.decks.items()):
            if order in note.note_type.templates:
                yield _templated(note, order, deck)


def _own(note: Note) -> ImportedCard:
    """Return the card of a note that our export wrote and that may have been edited since."""
    kind, front_field, back_field = OWN_NOTE_TYPES[note.note_type.name]
    front, back, sentence = (
        text_of_html(note.by_name.get(name, ""))
        for name in (front_field, back_field, SENTENCE_FIELD)
    )
    return _card(note, front, back or filled(front), kind=kind, sentence=sentence)


def _cloze(note: Note) -> ImportedCard:
    question, answer = next(iter(note.note_type.templates.values()), ("", ""))
    fields = note.by_name
    question_field = cloze_field(question) or next(iter(fields), "")
    source = fields.get(question_field, "")
    front = "" if OCCLUSION in source else text_of_html(source)
    back = text_of_html(answer_html(answer, fields | {question_field: ""}))
    return _card(note, front, back or filled(front), kind=CLOZE if has_gaps(front) else "")


def _templated(note: Note, order: int, deck: str) -> ImportedCard:
    question, answer = note.note_type.templates[order]
    fields = note.by_name
    front = text_of_html(question_html(question, fields))
    back = text_of_html(answer_html(answer, fields)).removeprefix(front).strip() or _rest(
        question, fields
    )
    guid = f"{note.guid}:{order}" if order else note.guid
    return _card(note, front, back, deck=deck, guid=guid)


def _rest(question: str, fields: dict[str, str]) -> str:
    """Return all fields that the question does not show, for templates without an answer."""
    shown = named_fields(question)
    texts = (text_of_html(value) for name, value in fields.items() if name not in shown)
    return "\n\n".join(filter(None, texts))


def _card(note: Note, front: str, back: str, **more: Any) -> ImportedCard:
    """Return a card with the fields that all cards of the note share.

    `more` adds fields to these or replaces them.
    """
    of_note = {
        "deck": next(iter(note.decks.values()), ""),
        "guid": note.guid,
        "tags": note.tags,
        "changed_at": note.changed_at,
    }
    return ImportedCard(front=front, back=back, **{**of_note, **more})


def question_html(template: str, fields: Mapping[str, str]) -> str:
    """Return the filled question, without the box to type the answer into and without speech."""
    return _filled(template, fields, hidden_filters=("type", "tts"))


def answer_html(template: str, fields: Mapping[str, str]) -> str:
    """Return the filled answer, below the line that Anki draws.

    Without such a line, return the whole answer without the question.
    """
    below = ANSWER.split(template, maxsplit=1)[-1]
    return _filled(below, fields, hidden_filters=("tts",))


def named_fields(template: str) -> set[str]:
    """Return the names of the fields that the template shows."""
    return {name.rsplit(":", 1)[-1].strip() for prefix, name in TAG.findall(template) if not prefix}


def cloze_field(template: str) -> str | None:
    """Return the name of the field whose gaps the template shows, or None."""
    names = (name for prefix, name in TAG.findall(template) if not prefix)
    return next((name.rsplit(":", 1)[-1].strip() for name in names if "cloze:" in name), None)


def _filled(template: str, fields: Mapping[str, str], hidden_filters: tuple[str, ...]) -> str:
    pieces: list[str] = []
    is_shown = [True]
    length = at = 0
    for tag in TAG.finditer(template):
        text = template[at : tag.start()] + _value(tag, fields, hidden_filters)
        if is_shown[-1] and length < LONGEST:
            pieces.append(text)
            length += len(text)
        at = tag.end()
        _enter(is_shown, tag[1], tag[2], fields)
    return "".join([*pieces, template[at:] if is_shown[-1] else ""])


def _enter(is_shown: list[bool], prefix: str, name: str, fields: Mapping[str, str]) -> None:
    if prefix in OPENING and prefix:
        is_full = bool(fields.get(name, "").strip())
        is_shown.append(is_shown[-1] and is_full == (prefix == "#"))
    elif prefix == "/" and len(is_shown) > 1:
        is_shown.pop()


def _value(tag: re.Match[str], fields: Mapping[str, str], hidden_filters: tuple[str, ...]) -> str:
    *filters, name = tag[2].split(":")
    is_hidden = (
        tag[1]
        or name.strip() in SPECIAL
        or any(filter_name.strip().startswith(hidden_filters) for filter_name in filters)
    )
    return "" if is_hidden else fields.get(name.strip(), "")
