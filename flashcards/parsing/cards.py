"""Convert the fields of a parsed object to a card draft, or find out why it is not a card."""

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext, pgettext

from flashcards.parsing.folding import WHITE, fold
from flashcards.parsing.repeats import repeat_key

SIDE_CHARACTERS = 2000
PROBLEMS_KEPT = 50
FRONT_NAMES = ("front", "question", "term", "q", "prompt")
BACK_NAMES = ("back", "answer", "definition", "a", "response")
MEMBERS, ITEMS, NAME_CHARACTERS, DEPTH, BUDGET = 24, 50, 64, 4, 12_000
OURS = frozenset({"id", "front", "back", "position", "createdAt", "updatedAt"})
DROPPED = object()
ROLES = dict.fromkeys(FRONT_NAMES, "front") | dict.fromkeys(BACK_NAMES, "back")
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
OTHER_LINE_ENDS = dict.fromkeys(map(ord, "\v\f\u0085\u2028\u2029"), "\n")
# This matches control characters other than tabs and line ends, and lone surrogates.
UNWANTED = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
CHANGED = re.compile(f"[{''.join(map(chr, OTHER_LINE_ENDS))}]|{UNWANTED.pattern}")
NO_LETTER = re.compile("[^a-z]")
DEPTH_READ = 16
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
TANGLED = re.compile(r'"(?:front|back|question|answer|term|definition)"[ \n]{0,8}:')
WORDS: dict[str, bool | None] = {"true": True, "True": True, "false": False, "False": False}
WORDS |= dict.fromkeys(("null", "None", "undefined", "NaN"))  # untranslated: words of JSON
Finish = Callable[[Mapping[str, Any]], dict[str, Any]]
Key = Callable[[str, str], tuple[str, str]]


class InvalidCard(ValueError):
    """The reason why something is not a card.

    `why` completes a message such as "Card 3 has no back." in the current language. `side` is
    "front" or "back" if one side is at fault, and empty otherwise.
    """

    def __init__(self, why: str, side: str = "", *, is_too_long: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.side = side
        self.is_too_long = is_too_long


class BareWord(str):
    """Text without quotes in JSON: a number, true, null, or words that lack their quotes."""

    __slots__ = ()


def clean(text: str) -> str:
    """Return the text without characters that cards, tags and names cannot contain.

    Control characters except tabs and line ends are dropped: PostgreSQL cannot store NUL, and Anki
    separates the fields of a note with U+001F. Other Unicode line breaks become newlines, so that
    no words run together. Surrogate pairs are joined, and lone surrogates, which cannot be encoded,
    are dropped.
    """
    if text.isprintable() or not CHANGED.search(text):  # the first test is fast and usually true
        return text
    joined = PAIR.sub(
        lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text
    )
    return UNWANTED.sub("", joined.translate(OTHER_LINE_ENDS))


def trim(text: str) -> str:
    """Return the text without leading and trailing white space, visible or invisible."""
    return text.strip(WHITE)


def name_of(key: str) -> str:
    """Return the ASCII letters of a key in lower case, so that "Question 1" is "question".

    The result is empty if the key contains a non-ASCII character.
    """
    return NO_LETTER.sub("", key.lower()) if key.isascii() else ""


def plain(value: Any, depth: int = DEPTH_READ) -> Any:
    """Return the value with bare words interpreted, texts cleaned, and its depth limited.

    A bare word becomes the Boolean, null or number that it represents. Objects and lists that are
    nested deeper than 16 levels become None.
    """
    if isinstance(value, BareWord):
        if value in WORDS:
            return WORDS[value]
        if NUMBER.fullmatch(value):
            return float(value) if "." in value else int(value)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return _plain_fields(value, depth - 1) if depth else None
    if isinstance(value, list | tuple):
        return [plain(item, depth - 1) for item in value] if depth else None
    return value


def _plain_fields(fields: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    named = ((clean(key), value) for key, value in fields.items() if isinstance(key, str))
    # The name __proto__ has a special meaning in JavaScript.
    return {name: plain(value, depth) for name, value in named if name != "__proto__"}


def text_of(value: Any) -> str | None:
    """Return a side as text, or None if it cannot be a side.

    A side is text, a number, a Boolean, or a list of these, which are joined with commas.
    """
    if isinstance(value, list | tuple):
        texts = [_scalar_text(item) for item in value]
        return None if None in texts else ", ".join(filter(None, texts))
    return _scalar_text(value)


def _scalar_text(value: Any) -> str | None:
    """Return a scalar as text, or None for other values.

    Null is empty text. Numbers are written as in JavaScript. Numbers that JSON does not have, such
    as infinity, and integers of 16 or more digits become empty text.
    """
    if value is None or (isinstance(value, BareWord) and WORDS.get(value, True) is None):
        return ""
    if isinstance(value, str):
        return trim(clean(value))
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, int | float):
        return None
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return repr(value) if isinstance(value, float) and math.isfinite(value) else ""


def draft_card(fields: Any) -> dict[str, Any]:
    """Return the fields as a card, with `front` and `back` trimmed and all other fields kept.

    Raise InvalidCard if a side is missing, empty, not text, or longer than 2,000 characters, or if
    it contains the start of another card (contract, section 4).
    """
    if not isinstance(fields, Mapping):
        raise InvalidCard(gettext("is not a card: send an object with front and back"))
    by_name = {
        name_of(key): value for key, value in reversed(list(fields.items())) if isinstance(key, str)
    }
    front, back = _side(by_name, FRONT_NAMES), _side(by_name, BACK_NAMES)
    if not front and not back:
        raise InvalidCard(gettext("has neither a front nor a back"), "front")
    for side, text in (("front", front), ("back", back)):
        if not text:
            raise InvalidCard(gettext("has no %(field)s") % {"field": side_name(side)}, side)
        if len(text) > SIDE_CHARACTERS:
            why = gettext(
                "is too long: its %(field)s has %(length)s characters, and %(maximum)s is the most"
            ) % {"field": side_name(side), "length": len(text), "maximum": SIDE_CHARACTERS}
            raise InvalidCard(why, side, is_too_long=True)
        if TANGLED.search(text):
            why = gettext("runs into the next one: quotes are missing in its %(field)s")
            raise InvalidCard(why % {"field": side_name(side)}, side)
    return _plain_fields(fields, DEPTH_READ) | {"front": front, "back": back}


def _side(by_name: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        text = text_of(by_name.get(name, ""))
        if text is None:
            why = gettext("has a %(field)s that is not text") % {"field": side_name(ROLES[name])}
            raise InvalidCard(why, ROLES[name])
        if text:
            return text
    return ""


def side_name(side: str) -> str:
    """Return the name of a side in the current language."""
    if side == "front":
        return pgettext("side of a card", "front")
    return pgettext("side of a card", "back")


def card_key(front: str, back: str) -> tuple[str, str]:
    """Return the key that two cards share if both sides are the same."""
    return fold(front), fold(back)


class Drafts:
    """Collects cards in order, without duplicates, and a message for each rejected card.

    Messages refer to a card by its number. `finished` makes the last changes to a card before it is
    compared with the others, or raises InvalidCard. Cards with the same `key` are duplicates.
    """

    def __init__(
        self,
        earlier: Iterable[Mapping[str, Any]] = (),
        finished: Finish = dict,
        key: Key = repeat_key,
    ) -> None:
        self._finished = finished
        self._key = key
        self.cards: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self.number = 0
        self._seen = {
            key(str(card.get("front", "")), str(card.get("back", ""))) for card in earlier
        }

    def add(self, fields: Any) -> None:
        """Add the fields as the next card, or record why they are rejected."""
        try:
            card = self._finished(draft_card(fields))
        except InvalidCard as error:
            self.refuse(error.why)
            return
        key = self._key(card["front"], card["back"])
        if key in self._seen:
            self.refuse(gettext("repeats an earlier card"))
        else:
            self.number += 1
            self._seen.add(key)
            self.cards.append(card)

    def refuse(self, why: str) -> None:
        """Count a rejected card, and record the reason."""
        self.number += 1
        if len(self.problems) < PROBLEMS_KEPT:
            # Translators: The reason is a predicate, such as "has no back".
            problem = gettext("Card %(number)s %(reason)s.")
            self.problems.append(problem % {"number": self.number, "reason": why})
        elif len(self.problems) == PROBLEMS_KEPT:
            self.problems.append(gettext("More cards than these were refused."))


@dataclass
class _Budget:
    """The number of characters that are left to use.

    Each name and each value costs its length plus one.
    """

    left: int

    def pays(self, cost: int) -> bool:
        is_enough = cost < self.left
        self.left -= cost + 1 if is_enough else 0
        return is_enough


def extras_of(fields: Mapping[str, Any], names: Collection[str] = ()) -> dict[str, Any]:
    """Return the fields of a card that are neither in OURS nor in `names`, within limits.

    The limits are 24 fields per object, 50 items per list, four levels, 2,000 characters per text,
    and 12,000 characters in all. Values that exceed them are dropped.
    """
    extras = {key: value for key, value in fields.items() if key not in OURS and key not in names}
    return _bounded_fields(extras, DEPTH, _Budget(BUDGET))


def _bounded_fields(fields: Mapping[Any, Any], depth: int, budget: _Budget) -> dict[str, Any]:
    bounded_fields: dict[str, Any] = {}
    for key, value in islice(fields.items(), MEMBERS):
        name = clean(key) if isinstance(key, str) else ""
        if 0 < len(name) <= NAME_CHARACTERS and budget.pays(len(name)):
            bounded = _bounded(value, depth - 1, budget)
            if bounded is not DROPPED:
                bounded_fields[name] = bounded
    return bounded_fields


def _bounded(value: Any, depth: int, budget: _Budget) -> Any:
    """Return the value within the limits, or DROPPED.

    PostgreSQL does not support infinity in JSON, and JavaScript does not represent integers of
    2**53 or more exactly, so these are dropped as well.
    """
    if depth <= 0 and isinstance(value, Mapping | list | tuple):
        return DROPPED
    if isinstance(value, Mapping):
        return _bounded_fields(value, depth, budget)
    if isinstance(value, list | tuple):
        bounded = (_bounded(item, depth - 1, budget) for item in value[:ITEMS])
        return [item for item in bounded if item is not DROPPED]
    if isinstance(value, str):
        value = clean(value)
        is_plain = len(value) <= SIDE_CHARACTERS
    elif isinstance(value, int):  # including True and False
        is_plain = abs(value) < 2**53
    else:
        is_plain = value is None or (isinstance(value, float) and math.isfinite(value))
    return value if is_plain and budget.pays(len(str(value))) else DROPPED
