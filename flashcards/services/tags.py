"""Tags of cards and decks: short texts, each once whatever its capitals."""

from collections.abc import Iterable
from typing import Any

from flashcards.models import TAG_CHARACTERS
from flashcards.parsing.cards import clean, trim
from sessions_app.exceptions import Invalid

MAX_TAGS = 50
NO_TAG = (
    f"A tag has 1 to {TAG_CHARACTERS} characters: shorten the longer ones, leave out the empty"
    " ones."
)
NO_TAGS = "Send tags as a list of texts."


def tags_checked(value: Any) -> list[str]:
    """Return the tags trimmed, duplicates left out, in the order they came.

    Raises Invalid (field `tags`): 1 to 60 characters, at most 50.
    """
    tags = tags_usable(value, limit=None)
    if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
        message = NO_TAGS
    elif not all(0 < len(trim(clean(tag))) <= TAG_CHARACTERS for tag in value):
        message = NO_TAG
    elif len(tags) > MAX_TAGS:
        message = f"These are {len(tags)} tags, and {MAX_TAGS} is the most: leave some out."
    else:
        return tags
    raise Invalid(message, fields={"tags": [message]})


def tags_usable(value: Any, limit: int | None = MAX_TAGS) -> list[str]:
    """Return those of an engine's tags that can be stored, trimmed and without duplicates; the
    others are left out silently. Never raises.
    """
    by_fold: dict[str, str] = {}
    for tag in value if isinstance(value, list | tuple) else ():
        trimmed = trim(clean(tag)) if isinstance(tag, str) else ""
        if 0 < len(trimmed) <= TAG_CHARACTERS:
            by_fold.setdefault(trimmed.casefold(), trimmed)
    return list(by_fold.values())[:limit]


def tags_changed(
    tags: Iterable[str], *, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> list[str]:
    """The tags without those to remove, with those to add behind them.

    Raises Invalid when they become too many.
    """
    removed = {tag.casefold() for tag in remove}
    return tags_checked([*(tag for tag in tags if tag.casefold() not in removed), *add])
