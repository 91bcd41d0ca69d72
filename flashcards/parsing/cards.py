"""Convert the fields of one parsed object to a card draft, or to the reason why it is not a
card.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

SIDE_CHARACTERS = 2000
PROBLEMS_KEPT = 50
FRONT_NAMES = ("front", "question", "term", "q", "prompt")
BACK_NAMES = ("back", "answer", "definition", "a", "response")
MEMBERS, ITEMS, NAME_CHARACTERS, DEPTH, BUDGET = 24, 50, 64, 4, 12_000
OURS = frozenset({"id", "front", "back", "position", "createdAt", "updatedAt"})
DROPPED = object()


ROLES = dict.fromkeys(FRONT_NAMES, "front") | dict.fromkeys(BACK_NAMES, "back")
WHITE = (
    "\t\n\v\f\r \u0085\u00a0\u1680"
    + "".join(map(chr, range(0x2000, 0x200C)))
    + "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
TRAILING = WHITE + ".!?,;:…。"
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
OTHER_LINE_ENDS = dict.fromkeys(map(ord, "\v\f\u0085\u2028\u2029"), "\n")
# control characters and lone surrogates
UNWANTED = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
CHANGED = re.compile(f"[{''.join(map(chr, OTHER_LINE_ENDS))}]|{UNWANTED.pattern}")
WHITE_RUN = re.compile(f"[{WHITE}]+")
NO_LETTER = re.compile("[^a-z]")
DEPTH_READ = 16
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
TANGLED = re.compile(r'"(?:front|back|question|answer|term|definition)"[ \n]{0,8}:')
WORDS: dict[str, bool | None] = {"true": True, "True": True, "false": False, "False": False}


WORDS |= dict.fromkeys(("null", "None", "undefined", "NaN"))
Finish = Callable[[Mapping[str, Any]], dict[str, Any]]


class InvalidCard(ValueError):
    """Why something is no card, as the end of a sentence about it; `side` is "front" or "back" when
    one side is at fault.
    """

    def __init__(self, why: str, side: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.side = side


class BareWord(str):
    """Text that stood bare in JSON: a number, true, null, or words that lack their quotes."""

    __slots__ = ()


def clean(text: str) -> str:
    """Return the text without the characters that no card, tag or name keeps.

    Control characters are dropped, except tabs and line ends: PostgreSQL stores no NUL, and Anki
    separates the fields of a note by U+001F. The other line ends of Unicode become newlines, so
    that no words are glued together. Surrogate pairs are joined and lone surrogates dropped, which
    no encoding has.
    """
    if text.isprintable() or not CHANGED.search(text):  # the former is faster, and most texts are
        return text
    joined = PAIR.sub(
        lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text
    )
    return UNWANTED.sub("", joined.translate(OTHER_LINE_ENDS))


def trim(text: str) -> str:
    """The text without white space at its ends, seen and unseen."""
    return text.strip(WHITE)


def name_of(key: str) -> str:
    """What a member is called: its ASCII letters in lower case, so that "Question 1" is
    "question".
    """
    return NO_LETTER.sub("", key.lower()) if key.isascii() else ""


def plain(value: Any, depth: int = DEPTH_READ) -> Any:
    """The value with bare words read as what JSON means by them, every text storable, and nothing
    deeper than 16 levels.
    """
    if isinstance(value, BareWord):
        return _word(value)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return _plain_fields(value, depth - 1) if depth else None
    if isinstance(value, list | tuple):
        return [plain(item, depth - 1) for item in value] if depth else None
    return value


def _plain_fields(fields: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    named = ((clean(key), value) for key, value in fields.items() if isinstance(key, str))
    # which JavaScript takes for its own
    return {name: plain(value, depth) for name, value in named if name != "__proto__"}


def _word(word: BareWord) -> Any:
    if word in WORDS:
        return WORDS[word]
    if NUMBER.fullmatch(word):
        return float(word) if "." in word else int(word)
    return clean(word)


def text_of(value: Any) -> str | None:
    """What a side says: text, a number, or a list of these joined by commas; None for anything
    deeper.
    """
    if isinstance(value, list | tuple):
        texts = [_scalar_text(item) for item in value]
        return None if None in texts else ", ".join(filter(None, texts))
    return _scalar_text(value)


def _scalar_text(value: Any) -> str | None:
    if value is None or (isinstance(value, BareWord) and WORDS.get(value, True) is None):
        return ""
    if isinstance(value, str):
        return trim(clean(value))
    if isinstance(value, bool):
        return str(value).lower()
    return _number_text(value) if isinstance(value, int | float) else None


def _number_text(number: int | float) -> str:
    """As JavaScript writes it; nothing for what is no JSON number."""
    if abs(number) < 1e15 and number == int(number):
        return str(int(number))
    return repr(number) if isinstance(number, float) and math.isfinite(number) else ""


def draft_card(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as a card: `front` and `back` trimmed, all other fields beside them.

    Raises InvalidCard when a side is missing, empty, no text, or longer than 2,000 characters
    (contract, section 4).
    """
    by_name = {
        name_of(key): value for key, value in reversed(list(fields.items())) if isinstance(key, str)
    }
    front, back = _side(by_name, FRONT_NAMES), _side(by_name, BACK_NAMES)
    if not front and not back:
        raise InvalidCard("has neither a front nor a back", "front")
    for side, text in (("front", front), ("back", back)):
        _check_side(side, text)
    return _plain_fields(fields, DEPTH_READ) | {"front": front, "back": back}


def _side(by_name: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        text = text_of(by_name.get(name, ""))
        if text is None:
            raise InvalidCard(f"has a {ROLES[name]} that is not text", ROLES[name])
        if text:
            return text
    return ""


def _check_side(side: str, text: str) -> None:
    if not text:
        raise InvalidCard(f"has no {side}", side)
    if len(text) > SIDE_CHARACTERS:
        raise InvalidCard(
            f"is too long: its {side} has {len(text)} characters, and {SIDE_CHARACTERS} is the"
            " most",
            side,
        )
    if TANGLED.search(text):
        raise InvalidCard(f"runs into the next one: quotes are missing in its {side}", side)


def card_key(front: str, back: str) -> tuple[str, str]:
    """What two cards have in common when they are the same card (contract, section 4)."""
    return _fold(front), _fold(back)


def _fold(text: str) -> str:
    spaced = WHITE_RUN.sub(" ", _same_case(text)).strip(WHITE)
    return spaced.rstrip(TRAILING) or spaced


def _same_case(text: str) -> str:
    if text.isascii():  # in which nothing is composed
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


class Drafts:
    """Cards in the order they came, without doubles, and a sentence for each that was refused, by
    its number.

    `finished` has the last word on what a card is, before it is compared with the others.
    """

    def __init__(self, earlier: Iterable[Mapping[str, Any]] = (), finished: Finish = dict) -> None:
        self._finished = finished
        self.cards: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self.number = 0
        self._seen = {
            card_key(str(card.get("front", "")), str(card.get("back", ""))) for card in earlier
        }

    def add(self, fields: Mapping[str, Any]) -> None:
        """Take the fields as the next card, or note why they are none."""
        self.number += 1
        try:
            card = self._finished(draft_card(fields))
            self._take(card, card_key(card["front"], card["back"]))
        except InvalidCard as bad:
            self._note(bad.why)

    def refuse(self, why: str) -> None:
        """Count a card that cannot be read at all."""
        self.number += 1
        self._note(why)

    def _take(self, card: dict[str, Any], key: tuple[str, str]) -> None:
        if key in self._seen:
            raise InvalidCard("repeats an earlier card", "front")
        self._seen.add(key)
        self.cards.append(card)

    def _note(self, why: str) -> None:
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(f"Card {self.number} {why}.")
        elif len(self.problems) == PROBLEMS_KEPT:
            self.problems.append("More cards than these were refused.")


def extras_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is neither ours nor too much: at most 24 members, four levels, texts of 2,000
    characters, 12,000 in all.
    """
    budget = _Budget(BUDGET)
    return _object({key: value for key, value in fields.items() if key not in OURS}, DEPTH, budget)


class _Budget:
    """Characters that are left; each name and value costs its own, and one more for standing
    there.
    """

    def __init__(self, left: int) -> None:
        self.left = left

    def pays(self, cost: int) -> bool:
        is_enough = cost < self.left
        self.left -= cost + 1 if is_enough else 0
        return is_enough


def _object(fields: Mapping[Any, Any], depth: int, budget: _Budget) -> dict[str, Any]:
    bounded_fields: dict[str, Any] = {}
    for key, value in list(fields.items())[:MEMBERS]:
        name = clean(key) if isinstance(key, str) else ""
        bounded = (
            _bounded(value, depth - 1, budget)
            if 0 < len(name) <= NAME_CHARACTERS and budget.pays(len(name))
            else DROPPED
        )
        if bounded is not DROPPED:
            bounded_fields[name] = bounded
    return bounded_fields


def _bounded(value: Any, depth: int, budget: _Budget) -> Any:
    if isinstance(value, Mapping):
        return _object(value, depth, budget) if depth > 0 else DROPPED
    if isinstance(value, list | tuple):
        return _list(value, depth, budget) if depth > 0 else DROPPED
    if isinstance(value, str):
        return _text(clean(value), budget)
    return value if _is_plain(value) and budget.pays(len(str(value))) else DROPPED


def _list(items: list[Any] | tuple[Any, ...], depth: int, budget: _Budget) -> list[Any]:
    bounded = (_bounded(item, depth - 1, budget) for item in items[:ITEMS])
    return [item for item in bounded if item is not DROPPED]


def _text(text: str, budget: _Budget) -> Any:
    return text if len(text) <= SIDE_CHARACTERS and budget.pays(len(text)) else DROPPED


def _is_plain(value: Any) -> bool:
    """JSON's own scalars; PostgreSQL has no infinity in JSON, and JavaScript no larger whole
    numbers.
    """
    if isinstance(value, int):  # True and False, too
        return abs(value) < 2**53
    return value is None or (isinstance(value, float) and math.isfinite(value))
