"""What was typed into a search, taken apart into what an index can find: an id or its beginning, a user, days, words."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f-]{0,27}", re.IGNORECASE)
DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?")
LEAST_LETTERS = 3
HELP = "An id or its first 8 signs, a user's name, days as 2026-03-10 or 2026-03-01..2026-03-10"
HELP_TEXT = f"{HELP}, or words of a topic"


class CannotSearch(ValueError):
    """The sentence says what to type instead."""


@dataclass
class Wanted:
    """All that is set must hold. `ids` are the first and the last, `until` is not included any more, `word` may be a user or text."""

    ids: tuple[UUID, UUID] | None = None
    user: str = ""
    since: datetime | None = None
    until: datetime | None = None
    word: str = ""
    text: str = ""


def parse(typed: str) -> Wanted:
    """Return what to look for. Raise CannotSearch for invalid dates."""
    wanted, words = Wanted(), []
    for word in typed.split():
        if days := DAYS.fullmatch(word):
            wanted.since, wanted.until = _day(days[1]), _day_after(days[2] or days[1])
        elif ids := _ids(word):
            wanted.ids = ids
        elif word.startswith("user:"):
            wanted.user = word.removeprefix("user:")
        else:
            words.append(word)
    return _with_words(wanted, " ".join(words))


def _with_words(wanted: Wanted, words: str) -> Wanted:
    if words.startswith("topic:"):
        wanted.text = words.removeprefix("topic:").strip()
    else:
        wanted.word = words
    return wanted


def _ids(word: str) -> tuple[UUID, UUID] | None:
    """Every id that begins so lies between these two."""
    signs = word.replace("-", "").lower()
    if not ID.fullmatch(word) or not 8 <= len(signs) <= 32:
        return None
    return UUID(signs.ljust(32, "0")), UUID(signs.ljust(32, "f"))


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise CannotSearch(f"{text} is not a valid date. Use YYYY-MM-DD, as in 2026-03-10.") from None


def _day_after(text: str) -> datetime:
    try:
        return _day(text) + timedelta(days=1)
    except OverflowError:
        raise CannotSearch(f"{text} is out of range. Use dates before {date.max}.") from None
