"""From a note of Anki to cards of ours: what its templates show, as text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flashcards.cloze import filled, has_gaps
from flashcards.imports.html_text import media_of_html, text_of_html
from flashcards.imports.note_types import NoteType
from flashcards.imports.reading import ImportedCard
from flashcards.imports.templates import answer_html, cloze_field, named_fields, question_html
from flashcards.models import CardKind
from flashcards.own_notes import OWN_NOTE_TYPES, SENTENCE_FIELD

OCCLUSION = "image-occlusion:"


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
        return {name for one in self.fields for name in media_of_html(one)}


def cards_of(note: Note) -> Iterator[ImportedCard]:
    """A card for each that Anki has of the note; a cloze is one card with all its gaps. Sides may be empty or too long."""
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
    front, back, sentence = (text_of_html(note.by_name.get(name, "")) for name in (front_field, back_field, SENTENCE_FIELD))
    return _card(note, front, back or filled(front), kind=kind, sentence=sentence)


def _cloze(note: Note) -> ImportedCard:
    question, answer = next(iter(note.note_type.templates.values()), ("", ""))
    fields = note.by_name
    asked = cloze_field(question) or next(iter(fields), "")
    source = fields.get(asked, "")
    front = "" if OCCLUSION in source else text_of_html(source)
    back = text_of_html(answer_html(answer, fields | {asked: ""}))
    return _card(note, front, back or filled(front), kind=CardKind.CLOZE if has_gaps(front) else "")


def _templated(note: Note, order: int, deck: str) -> ImportedCard:
    question, answer = note.note_type.templates[order]
    fields = note.by_name
    front = text_of_html(question_html(question, fields))
    back = text_of_html(answer_html(answer, fields)).removeprefix(front).strip() or _rest(question, fields)
    guid = f"{note.guid}:{order}" if order else note.guid
    return _card(note, front, back, deck=deck, guid=guid)


def _rest(question: str, fields: dict[str, str]) -> str:
    """Where the template shows no answer: all fields that the question does not show."""
    shown = named_fields(question)
    texts = (text_of_html(value) for name, value in fields.items() if name not in shown)
    return "\n\n".join(filter(None, texts))


def _card(note: Note, front: str, back: str, **more: Any) -> ImportedCard:
    """`more` are members of the card that the note does not give in the same way to all its cards."""
    of_note = {"deck": next(iter(note.decks.values()), ""), "guid": note.guid, "tags": note.tags, "changed_at": note.changed_at}
    return ImportedCard(front=front, back=back, **{**of_note, **more})
