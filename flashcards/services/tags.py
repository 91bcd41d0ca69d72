"""Tags of cards and decks.

Tags that differ only in capitalization are duplicates.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, ngettext

from flashcards.models import TAG_CHARACTERS
from flashcards.parsing.cards import clean, trim
from sessions_app.exceptions import Invalid

MAX_TAGS = 50
NO_TAG = format_lazy(
    gettext_lazy(
        "A tag has 1 to {maximum} characters: shorten the longer ones, leave out the empty ones."
    ),
    maximum=TAG_CHARACTERS,
)
NO_TAGS = gettext_lazy("Send tags as a list of texts.")


def tags_checked(value: Any) -> list[str]:
    """Return the tags trimmed, without duplicates and in the same order.

    Raise Invalid (field `tags`) if a tag does not have 1 to 60 characters, or if there are more
    than 50 tags.
    """
    tags = tags_usable(value, limit=None)
    if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
        message = str(NO_TAGS)
    elif not all(0 < len(trim(clean(tag))) <= TAG_CHARACTERS for tag in value):
        message = str(NO_TAG)
    elif len(tags) > MAX_TAGS:
        message = ngettext(
            "These are %(count)s tags, and %(maximum)s is the most: leave some out.",
            "These are %(count)s tags, and %(maximum)s is the most: leave some out.",
            len(tags),
        ) % {"count": len(tags), "maximum": MAX_TAGS}
    else:
        return tags
    raise Invalid(message, fields={"tags": [message]})


def tags_usable(value: Any, limit: int | None = MAX_TAGS) -> list[str]:
    """Return the tags of an engine that can be stored, trimmed and without duplicates.

    Invalid tags are left out. This function never raises an exception.
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
    """Return the tags without those in `remove`, followed by those in `add`.

    Raise Invalid if there are too many.
    """
    removed = {tag.casefold() for tag in remove}
    return tags_checked([*(tag for tag in tags if tag.casefold() not in removed), *add])
