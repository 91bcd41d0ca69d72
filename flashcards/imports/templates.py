"""A card template of Anki, filled with a note's fields: `{{Field}}`, `{{filter:Field}}`, `{{#Field}}…{{/Field}}`, `{{^Field}}…{{/Field}}`.

Source of the rules: "Card Generation" and "Field Replacements" in Anki's manual. What a card only shows while it is studied (the box to
type into, speech, the name of the deck) is left out.
"""

import re
from collections.abc import Mapping

# possessive blanks, and names that neither begin nor end with one: each run of blanks is read in one way only
TAG = re.compile(r"\{\{\s*+([#^/]?)\s*+([^{}\s](?:[^{}]{0,198}[^{}\s])?)\s*+\}\}")
ANSWER = re.compile(r"<hr\b(?=[^<>]*+>)[^<>]*?\bid ?= ?[\"']?answer[\"']?[^<>]*+>", re.IGNORECASE)
SPECIAL = {"FrontSide", "Tags", "Type", "Deck", "Subdeck", "Card", "CardFlag", "CardID"}
OPENING = ("#", "^")
LONGEST = 100_000  # characters of one filled side: a template may name a field again and again


def question_html(template: str, fields: Mapping[str, str]) -> str:
    """What is asked. A box to type the answer into shows nothing."""
    return _filled(template, fields, hidden_filters=("type", "tts"))


def answer_html(template: str, fields: Mapping[str, str]) -> str:
    """What stands below the line that Anki draws, or all of it without the question when there is no such line."""
    below = ANSWER.split(template, maxsplit=1)[-1]
    return _filled(below, fields, hidden_filters=("tts",))


def named_fields(template: str) -> set[str]:
    """The fields that it shows."""
    return {name.rsplit(":", 1)[-1].strip() for sign, name in TAG.findall(template) if not sign}


def cloze_field(template: str) -> str | None:
    """The field whose gaps are asked."""
    names = (name for sign, name in TAG.findall(template) if not sign)
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


def _enter(is_shown: list[bool], sign: str, name: str, fields: Mapping[str, str]) -> None:
    if sign in OPENING and sign:
        is_full = bool(fields.get(name, "").strip())
        is_shown.append(is_shown[-1] and is_full == (sign == "#"))
    elif sign == "/" and len(is_shown) > 1:
        is_shown.pop()


def _value(tag: re.Match[str], fields: Mapping[str, str], hidden_filters: tuple[str, ...]) -> str:
    *filters, name = tag[2].split(":")
    is_hidden = tag[1] or name.strip() in SPECIAL or any(one.strip().startswith(hidden_filters) for one in filters)
    return "" if is_hidden else fields.get(name.strip(), "")
