"""What was written in several generations, as one deck: the parts of long notes, a batch that was stopped, cards asked for again."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from flashcards.grounding import grounded
from flashcards.models import Deck
from flashcards.services import decks
from flashcards.services.tags import tags_checked
from sessions_app.exceptions import Conflict
from sessions_app.services.generations import generations_for_user

if TYPE_CHECKING:
    from sessions_app.models import Generation

STILL_OPEN = "These cards are still being written: wait for the end, or stop it, and save then."
NO_CARDS = "There are no cards in these generations that could be saved."


def deck_save_batch(*, user: User, generation_ids: Sequence[UUID], name: str = "", cards: Any = None, tags: Any = ()) -> decks.SavedDeck:
    """The user's generations as one deck, with where it comes from; what ended early gives the cards that it had.

    `cards` are those that the user saw, in their order and as edited: they are what is saved. The same cards of the same
    generations are saved once. Raises NotFound, Conflict (`not_finished`) and Invalid.
    """
    generations = _ended(user, generation_ids)
    origin = _origin(generations, name) | {"tags": tags_checked(tags)}
    written = [card for generation in generations for card in generation.cards]
    drafts = grounded(written if cards is None else decks.checked_cards(cards), origin["source"])
    if not drafts:
        raise Conflict(NO_CARDS, code="not_finished")
    with transaction.atomic():
        return _saved(generations[0].pk, origin, drafts)


def _ended(user: User, generation_ids: Sequence[UUID]) -> list["Generation"]:
    generations = generations_for_user(user=user, generation_ids=generation_ids)
    if any(generation.finished_at is None for generation in generations):
        raise Conflict(STILL_OPEN, code="not_finished")
    return generations


def _origin(generations: Sequence["Generation"], name: str) -> dict[str, Any]:
    """As of the first, with the notes of all."""
    sources = [str(generation.options.get("source") or "") for generation in generations]
    engine = next((generation.engine_name for generation in generations if generation.engine_name), "")
    return decks.origin_of(generations[0], name) | {
        "engine": engine,
        "source": "\n\n".join(dict.fromkeys(source for source in sources if source)),
        "generation_ids": [generation.pk for generation in generations],
    }


def _saved(first_id: UUID, origin: dict[str, Any], drafts: Sequence[Mapping[str, Any]]) -> decks.SavedDeck:
    deck, is_new = Deck.objects.get_or_create(generation_id=first_id, defaults=origin)
    if is_new:
        decks.insert_cards(deck, drafts)
    elif not _is_same(deck, origin, drafts):  # the same result, remembered and edited otherwise: a deck of its own
        return decks.SavedDeck(decks.insert(Deck(**origin), drafts), True)
    return decks.SavedDeck(deck, is_new)


def _is_same(deck: Deck, origin: Mapping[str, Any], drafts: Sequence[Mapping[str, Any]]) -> bool:
    if deck.deleted_at or deck.name != origin["name"]:
        return False
    return list(deck.cards.kept().values_list("front", "back")) == [(card["front"], card["back"]) for card in drafts]
