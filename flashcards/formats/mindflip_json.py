"""Read MindFlip files, and any JSON with a list of objects that have a front and a back.

`flashcards/formats/mindflip_json_writer.py` writes MindFlip files.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from flashcards.card_kinds import KIND_OF_NAME
from flashcards.formats.cards import CardValidator, ImportedCard, ParsedFile
from flashcards.formats.limits import READING, FileRejected, Limits, Progress, damaged
from flashcards.formats.mindflip_json_writer import FORMAT, VERSION
from flashcards.parsing import InvalidCard, draft_card, extras_of
from flashcards.parsing.cards import clean, trim
from flashcards.services.cards import tags_usable

TEXTS = {  # field: (column, maximum number of characters)
    "topic": ("topic", 200),
    "source": ("source", 1_000_000),
    "modelId": ("model_id", 200),
    "engine": ("engine", 40),
    "promptVersion": ("prompt_version", 40),
}
OWN_MEMBERS = {"id", "front", "back", "kind", "tags", "sentence", "found", "extras", "updatedAt"}


def read_json(data: bytes, name: str, limits: Limits, progress: Progress) -> ParsedFile:
    """Return all cards of the file, in a deck with the name in the file, or else `name`.

    Raise FileRejected if the file is damaged, has no list of cards, has too many cards, or was made
    by a newer version.
    """
    document = _document(data)
    deck = _mapping(document.get("deck"))
    deck_name = trim(clean(_text(deck.get("name")))) or name
    validator = CardValidator(ParsedFile("json", decks={deck_name: _deck_fields(deck)}), limits)
    cards = document["cards"]
    progress.begin(READING, len(cards))
    for fields in cards:
        _take(validator, fields, deck_name)
        progress.step()
    return validator.reading


def _document(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        message = gettext("This file is no readable JSON: export it again and send the new one.")
        raise damaged(message) from error
    if isinstance(document, list):
        document = {"cards": document}
    if not isinstance(document, dict) or not isinstance(document.get("cards"), list):
        raise FileRejected(
            gettext(
                "This JSON holds no list of cards: send an object with `cards`, a list of objects"
                " with front and back."
            )
        )
    if document.get("format") == FORMAT and document.get("version") != VERSION:
        raise FileRejected(
            gettext("This file was made by a newer MindFlip: update this server first."),
            code="unknown_format",
        )
    return document


def _take(validator: CardValidator, fields: Any, deck: str) -> None:
    try:
        validator.take(_card(draft_card(_mapping(fields)), deck))
    except InvalidCard as bad:
        side = str(_mapping(fields).get("front", ""))
        validator.reading.left_out.add("too_long" if bad.is_too_long else "empty_side", side)


def _card(fields: Mapping[str, Any], deck: str) -> ImportedCard:
    kind, is_found = fields.get("kind"), fields.get("found")
    others = {key: value for key, value in fields.items() if key not in OWN_MEMBERS}
    return ImportedCard(
        front=fields["front"],
        back=fields["back"],
        deck=deck,
        kind=kind if isinstance(kind, str) and kind in KIND_OF_NAME else "",
        tags=_texts(fields["tags"]) if "tags" in fields else None,
        sentence=_text(fields["sentence"]) if "sentence" in fields else None,
        is_found=is_found if isinstance(is_found, bool) else None,
        guid=_text(fields.get("id"))[:64],
        changed_at=_time(fields.get("updatedAt")),
        extras=extras_of({**others, **_mapping(fields.get("extras"))}),
    )


def _deck_fields(deck: Mapping[str, Any]) -> dict[str, Any]:
    texts = {
        column: clean(_text(deck.get(field)))[:most] for field, (column, most) in TEXTS.items()
    }
    return {"tags": tags_usable(deck.get("tags")), **texts}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(values: Any) -> tuple[str, ...]:
    return (
        tuple(value for value in values if isinstance(value, str))
        if isinstance(values, list)
        else ()
    )


def _time(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
