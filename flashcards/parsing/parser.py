"""Extract cards from text, or from anything else that an engine sends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext, ngettext

from flashcards.parsing.assembler import Assembler
from flashcards.parsing.cards import Drafts, Finish, clean, extras_of, trim
from flashcards.parsing.folding import WHITE_RUN
from flashcards.parsing.prose import ProseCards
from flashcards.parsing.scanner import Scanner

QUOTED_CHARACTERS = 60
CARDS_READ = 2_000


@dataclass(frozen=True)
class ParsedCards:
    """Cards in order, and a message for each card that was lost or rejected.

    Each card has a front, a back and its other fields.
    """

    cards: list[dict[str, Any]]
    problems: list[str]


def parse_cards(text: str) -> ParsedCards:
    """Return all cards in the text, read from JSON, even if broken, or from lines of Q: and A:.

    This function never raises an exception. If the text has no cards, `problems` contains a message
    that quotes its start, so that the refusal of a model is recognizable.
    """
    drafts = Drafts()
    Scanner(text, Assembler(drafts)).run()
    if not drafts.number:
        ProseCards(drafts).read(text)
    if drafts.number:
        return ParsedCards(drafts.cards, drafts.problems)
    cleaned = trim(clean(text))
    if not cleaned:
        return ParsedCards([], [gettext("The text is empty.")])
    beginning = WHITE_RUN.sub(" ", cleaned[:QUOTED_CHARACTERS])
    ellipsis = "…" if len(cleaned) > QUOTED_CHARACTERS else ""
    problem = gettext("There are no cards in the text. It begins: “%(beginning)s”")
    return ParsedCards([], [problem % {"beginning": beginning + ellipsis}])


def accept_cards(
    raw: Any,
    cards_so_far: Sequence[Mapping[str, Any]],
    wanted: int,
    make_id: Callable[[], UUID] = uuid4,
    finished: Finish = dict,
) -> ParsedCards:
    """Return at most `wanted` valid cards from `raw` that are not in `cards_so_far`.

    `raw` is a list, an object that contains a list, a single card, or the model's text. `finished`
    makes the last changes to each card. This function never raises an exception.
    """
    problems: list[str] = []
    if isinstance(raw, str):
        parsed = parse_cards(raw)
        raw, problems = parsed.cards, parsed.problems
    elif isinstance(raw, Mapping):
        raw = raw.get("cards", [raw])
    if not isinstance(raw, list | tuple):
        problem = gettext(
            "The answer has no list of cards: send data.cards as a list of objects with front and"
            " back."
        )
        return ParsedCards([], [problem])
    drafts = Drafts(cards_so_far, finished)
    for item in raw[:CARDS_READ]:
        drafts.add(_fields(item))
    problems += drafts.problems
    cards = _with_ids(drafts.cards[: max(0, wanted)], cards_so_far, make_id)
    surplus = len(drafts.cards) - len(cards)
    if surplus:
        problem = ngettext(
            "One card more than asked for was left out.",
            "%(count)s cards more than asked for were left out.",
            surplus,
        )
        problems.append(problem % {"count": surplus})
    return ParsedCards(cards, problems)


def _fields(item: Any) -> Any:
    """Return an item as the fields of a card.

    A pair becomes front and back. A text becomes the one card that it contains, or None if it
    contains none or several. Other items are returned unchanged.
    """
    if isinstance(item, str):
        cards = parse_cards(item).cards
        return cards[0] if len(cards) == 1 else None
    if isinstance(item, list | tuple) and len(item) == 2:
        return {"front": item[0], "back": item[1]}
    return item


def _with_ids(
    drafts: Sequence[Mapping[str, Any]],
    cards_so_far: Sequence[Mapping[str, Any]],
    make_id: Callable[[], UUID],
) -> list[dict[str, Any]]:
    """Return the drafts as cards with IDs.

    A card keeps the ID that came with it if it is a UUID that no other card has.
    """
    used = {str(card.get("id")) for card in cards_so_far}
    cards = []
    for draft in drafts:
        try:
            card_id = str(UUID(draft["id"])) if len(draft["id"]) == 36 else ""
        except (KeyError, TypeError, AttributeError, ValueError):
            card_id = ""
        if not card_id or card_id in used:
            card_id = str(make_id())
        used.add(card_id)
        sides = {"front": draft["front"], "back": draft["back"]}
        cards.append(extras_of(draft) | {"id": card_id} | sides)
    return cards
