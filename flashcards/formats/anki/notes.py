"""Convert an Anki note to cards: the text that its templates show.

A template is filled with the note's fields: `{{Field}}`, `{{filter:Field}}`,
`{{#Field}}…{{/Field}}`, `{{^Field}}…{{/Field}}`. Source of the rules: "Card Generation" and "Field
Replacements" in Anki's manual. What a card shows only while it is studied (the box to type into,
speech, the name of the deck) is left out.
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
# possessive blanks, and names that neither begin nor end with one: each run of blanks is read in
# one way only
TAG = re.compile(r"\{\{\s*+([#^/]?)\s*+([^{}\s](?:[^{}]{0,198}[^{}\s])?)\s*+\}\}")
ANSWER = re.compile(r"<hr\b(?=[^<>]*+>)[^<>]*?\bid ?= ?[\"']?answer[\"']?[^<>]*+>", re.IGNORECASE)
SPECIAL = {"FrontSide", "Tags", "Type", "Deck", "Subdeck", "Card", "CardFlag", "CardID"}
OPENING = ("#", "^")
LONGEST = 100_000  # characters of one filled side: a template may name a field again and again


@dataclass(frozen=True, slots=True)
class Note:
    """One note: its fields as HTML, and the decks of its cards by template number."""

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
    """A card for each that Anki has of the note; a cloze is one card with all its gaps.

    Sides may be empty or too long.
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
    """As our own export wrote it, and as it may have been edited since."""
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
    """Where the template shows no answer: all fields that the question does not show."""
    shown = named_fields(question)
    texts = (text_of_html(value) for name, value in fields.items() if name not in shown)
    return "\n\n".join(filter(None, texts))


def _card(note: Note, front: str, back: str, **more: Any) -> ImportedCard:
    """`more` are members of the card that the note does not give in the same way to all its
    cards.
    """
    of_note = {
        "deck": next(iter(note.decks.values()), ""),
        "guid": note.guid,
        "tags": note.tags,
        "changed_at": note.changed_at,
    }
    return ImportedCard(front=front, back=back, **{**of_note, **more})


def question_html(template: str, fields: Mapping[str, str]) -> str:
    """What is asked. A box to type the answer into shows nothing."""
    return _filled(template, fields, hidden_filters=("type", "tts"))


def answer_html(template: str, fields: Mapping[str, str]) -> str:
    """What stands below the line that Anki draws, or all of it without the question when there is
    no such line.
    """
    below = ANSWER.split(template, maxsplit=1)[-1]
    return _filled(below, fields, hidden_filters=("tts",))


def named_fields(template: str) -> set[str]:
    """The fields that it shows."""
    return {name.rsplit(":", 1)[-1].strip() for prefix, name in TAG.findall(template) if not prefix}


def cloze_field(template: str) -> str | None:
    """The field whose gaps are asked."""
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
