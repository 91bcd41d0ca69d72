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
    """The tags trimmed, doubles left out, in the order they came.

    Raises Invalid (field `tags`): 1 to 60 characters, at most 50.
    """
    if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
        raise _refused(NO_TAGS)
    tags = [trim(clean(tag)) for tag in value]
    if not all(0 < len(tag) <= TAG_CHARACTERS for tag in tags):
        raise _refused(NO_TAG)
    distinct = _distinct(tags)
    if len(distinct) > MAX_TAGS:
        raise _refused(
            f"These are {len(distinct)} tags, and {MAX_TAGS} is the most: leave some out."
        )
    return distinct


def tags_usable(value: Any) -> list[str]:
    """Those of an engine's tags that can be kept; the others are left out without a word.

    Never raises.
    """
    texts = (
        [trim(clean(tag)) for tag in value if isinstance(tag, str)]
        if isinstance(value, list | tuple)
        else []
    )
    return _distinct(tag for tag in texts if 0 < len(tag) <= TAG_CHARACTERS)[:MAX_TAGS]


def tags_changed(
    tags: Iterable[str], *, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> list[str]:
    """The tags without those to remove, with those to add behind them.

    Raises Invalid when they become too many.
    """
    removed = {tag.casefold() for tag in remove}
    return tags_checked([*(tag for tag in tags if tag.casefold() not in removed), *add])


def _distinct(tags: Iterable[str]) -> list[str]:
    by_fold: dict[str, str] = {}
    for tag in tags:
        by_fold.setdefault(tag.casefold(), tag)
    return list(by_fold.values())


def _refused(message: str) -> Invalid:
    return Invalid(message, fields={"tags": [message]})
