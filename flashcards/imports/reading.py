"""What was read out of a file, before anything is saved: cards by the deck they shall go to, and what was left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flashcards.parsing.drafts import SIDE_CHARACTERS, clean

EXAMPLES = 5
EXAMPLE_CHARACTERS = 60
LEFT_OUT = {
    "media": ("1 picture or sound was left out: cards hold text.", "{} pictures and sounds were left out: cards hold text."),
    "only_media": (
        "1 card was left out: a side is only pictures or sounds.",
        "{} cards were left out: a side is only pictures or sounds.",
    ),
    "empty_side": ("1 card was left out: it has no question or no answer.", "{} cards were left out: they have no question or no answer."),
    "too_long": (
        f"1 card was left out: a side is longer than {SIDE_CHARACTERS:,} characters.",
        f"{{}} cards were left out: a side is longer than {SIDE_CHARACTERS:,} characters.",
    ),
    "unreadable": ("1 note was left out: it cannot be read.", "{} notes were left out: they cannot be read."),
    "repeated": ("1 card stands in the file twice and was taken once.", "{} cards stand in the file more than once and were taken once."),
    "changed_here": (
        "1 card was left as it is: you changed it here after the file was made.",
        "{} cards were left as they are: you changed them here after the file was made.",
    ),
}


@dataclass(frozen=True, slots=True)
class ImportedCard:
    """One card of a file, as our text. What the file says nothing about is None, an empty `kind` too: an update leaves that as it is.

    `guid` names the card again at a second import, empty where the file has no names; `changed_at` is when it was last changed where it
    came from.
    """

    front: str
    back: str
    deck: str = ""
    kind: str = ""
    tags: tuple[str, ...] | None = None
    sentence: str | None = None
    is_found: bool | None = None
    guid: str = ""
    changed_at: datetime | None = None
    extras: Mapping[str, Any] | None = None


@dataclass
class LeftOut:
    """How many were left out for which reason, with the beginnings of a few of them."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, example: str = "", count: int = 1) -> None:
        """`reason` is one of LEFT_OUT."""
        self.counts[reason] = self.counts.get(reason, 0) + count
        shown = self.examples.setdefault(reason, [])
        if len(shown) < EXAMPLES and (text := clean(example[:EXAMPLE_CHARACTERS])):
            shown.append(text)

    def as_list(self) -> list[dict[str, Any]]:
        """For the report: code, count, sentence, examples."""
        return [
            {"code": reason, "count": count, "sentence": _sentence(reason, count), "examples": self.examples[reason]}
            for reason, count in self.counts.items()
            if count
        ]


@dataclass
class Reading:
    """The cards of a file in its order. `decks` are members of the decks that the file tells about, by their name there."""

    format: str
    cards: list[ImportedCard] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)
    decks: dict[str, dict[str, Any]] = field(default_factory=dict)


def _sentence(reason: str, count: int) -> str:
    one, many = LEFT_OUT[reason]
    return one if count == 1 else many.format(f"{count:,}")
