"""Write a deck as an Anki package, in the older format that every version of Anki reads.

Notes, decks and note types have the same IDs in every export, and a note's modification time is the
time of the card's last change. A second import therefore updates changed notes and creates no
duplicates (docs/decisions/anki-packages.md).
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import genanki

from flashcards.card_kinds import KIND_OF_NAME, SENTENCE_FIELD, KindRow
from flashcards.cloze import filled, usable_kind
from flashcards.models import Card, Deck
from flashcards.rendering import card_html

# A number derived from the deck's ID is added. The sum stays below 2**53, up to which JavaScript
# represents all integers exactly.
FIRST_DECK_ID = 1 << 40
CSS = """.card {
  max-width: 38rem; margin: 0 auto; padding: 2rem 1.25rem; box-sizing: border-box;
  font: 400 1.3rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  text-align: center; color: #1b1d1f; background: #f6f5f1; overflow-wrap: anywhere;
}
.label { margin: 0 0 .75rem; font-size: .8rem; font-weight: 600; color: #5b6066; }
.back .label { color: #0a6657; }
hr#answer { width: 4rem; margin: 1.75rem auto; border: 0; border-top: 2px solid #0a6657; }
.sentence { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid #e1dfd8; font-size: .95rem;
color: #5b6066; }
.cloze { font-weight: 700; color: #0a6657; }
ul, ol { display: inline-block; margin: .5rem 0; text-align: left; }
code { font-family: ui-monospace, "SF Mono", "Cascadia Mono", monospace; font-size: .9em; }
code { background: #efeee9; padding: .1em .35em; border-radius: .3em; }
pre { overflow: auto; padding: .9rem 1rem; text-align: left; background: #efeee9;
border-radius: .6rem; }
pre code { padding: 0; background: none; }
a { color: #0a6657; }
.card.nightMode, .nightMode .card { color: #ecebe7; background: #121415; }
.nightMode .label, .nightMode .sentence { color: #a4a9ae; }
.nightMode .back .label, .nightMode .cloze, .nightMode a { color: #5ad1b9; }
.nightMode hr#answer { border-color: #5ad1b9; }
.nightMode .sentence { border-color: #2d3235; }
.nightMode code, .nightMode pre { background: #1b1e20; }
.nightMode pre code { background: none; }
"""  # untranslated: CSS
SENTENCE = '{{#Sentence}}<div class="sentence">{{Sentence}}</div>{{/Sentence}}'


class Note(genanki.Note):
    """A note that has the modification time of its card, not of the export."""

    def __init__(self, card: Card, deck: Deck) -> None:
        kind = usable_kind(card.kind, card.front)  # Anki creates no card for a cloze without gaps
        tags = [tag_of(tag) for tag in dict.fromkeys([*card.tags, *deck.tags])]
        super().__init__(
            model=note_type(kind),
            fields=_fields(card, kind),
            guid=card.guid or str(card.pk),
            tags=tags,
        )
        self._changed_at = card.updated_at

    def write_to_db(
        self, cursor: Any, timestamp: float, deck_id: int, id_gen: Iterator[int]
    ) -> None:
        super().write_to_db(cursor, self._changed_at.timestamp(), deck_id, id_gen)


def write_package(deck: Deck, cards: Sequence[Card]) -> list[bytes]:
    """Return the whole .apkg as a single piece, because a zip is complete only at its end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deck.apkg"
        genanki.Package(_deck(deck, cards)).write_to_file(
            path, timestamp=deck.created_at.timestamp()
        )
        return [path.read_bytes()]


@cache
def note_type(kind: str) -> genanki.Model:
    """Return the note type of a kind of card."""
    row = KIND_OF_NAME[kind]
    fields = [{"name": field} for field in (*row.fields, SENTENCE_FIELD)]
    sides = _cloze_sides(row) if row.has_gaps else _sides(row)
    template = {"name": "Card", **sides}  # untranslated: the name in Anki
    model_type = genanki.Model.CLOZE if row.has_gaps else genanki.Model.FRONT_BACK
    return genanki.Model(
        row.note_type_id,
        row.note_type,
        fields=fields,
        templates=[template],
        css=CSS,
        model_type=model_type,
    )


def tag_of(tag: str) -> str:
    """Return the tag with underscores in place of blanks, which Anki's tags cannot contain."""
    return re.sub(r"\s+", "_", tag)


def _deck(deck: Deck, cards: Sequence[Card]) -> genanki.Deck:
    made = genanki.Deck(FIRST_DECK_ID + deck.pk.int % (1 << 50), deck.name)
    for card in cards:
        made.add_note(Note(card, deck))
    return made


def _fields(card: Card, kind: str) -> list[str]:
    says_no_more = KIND_OF_NAME[kind].has_gaps and card.back == filled(card.front)
    return [
        card_html(card.front),
        "" if says_no_more else card_html(card.back),
        card_html(card.sentence),
    ]


def _sides(row: KindRow) -> dict[str, str]:
    (front, back), (question_heading, answer_heading) = row.fields, row.headings
    return {
        "qfmt": question(question_heading, f"{{{{{front}}}}}"),
        "afmt": answer(answer_heading, f"{{{{{back}}}}}"),
    }


def _cloze_sides(row: KindRow) -> dict[str, str]:
    (text, extra), (question_heading, _) = row.fields, row.headings
    field = f"{{{{cloze:{text}}}}}"
    return {"qfmt": question(question_heading, field), "afmt": cloze_answer(field, extra)}


def question(label: str, field: str) -> str:
    return f'<div class="front"><p class="label">{label}</p>{field}</div>'


def answer(label: str, field: str) -> str:
    return (
        '{{FrontSide}}\n<hr id="answer">\n<div class="back"><p'
        f' class="label">{label}</p>{field}</div>\n{SENTENCE}'
    )


def cloze_answer(field: str, extra: str) -> str:
    more = (
        f'{{{{#{extra}}}}}<hr id="answer">\n<div class="back">{{{{{extra}}}}}</div>{{{{/{extra}}}}}'
    )
    return f'<div class="back">{field}</div>\n{more}\n{SENTENCE}'
