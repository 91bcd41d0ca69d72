"""Cards that change their deck, and decks that become one. What hangs on a card, as its schedule, goes with it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from flashcards.models import Card, Deck
from flashcards.services.card_choice import cards_chosen
from flashcards.services.places import decks_lock, decks_touch, next_position
from sessions_app.exceptions import Invalid


class Merged(NamedTuple):
    """The cards that moved, and how many were left out because the other deck has them."""

    moved: list[UUID]
    left_out: int


@transaction.atomic
def cards_move(*, user: User, card_ids: Any, deck_id: UUID) -> int:
    """Put the cards behind the last one of the deck, in their order; how many moved. Those that are there already stay.

    Raises NotFound, Invalid, and Conflict (`deck_full`): then none has moved.
    """
    chosen = cards_chosen(user=user, card_ids=card_ids, with_decks=[deck_id])
    arriving = [card for card in chosen if card.deck_id != deck_id]
    _append(Deck.objects.get(pk=deck_id), arriving)
    return len(arriving)


@transaction.atomic
def decks_merge(*, user: User, deck_id: UUID, into: UUID) -> Merged:
    """Move the deck's cards into another, but for those that it has already, same front and same back (contract, section 4);
    what is left of the deck goes into the bin.

    Raises NotFound, Invalid when both are one deck, and Conflict (`deck_full`): then nothing has moved.
    """
    if deck_id == into:
        sentence = "Choose another deck to merge this one into."
        raise Invalid(sentence, fields={"into": [sentence]})
    decks = decks_lock(user=user, deck_ids={deck_id, into})
    cards = list(decks[deck_id].cards.kept())
    new = _not_in(decks[into], cards)
    _append(decks[into], new)
    Deck.objects.filter(pk=deck_id).update(deleted_at=Now())
    return Merged([card.pk for card in new], len(cards) - len(new))


def _not_in(deck: Deck, cards: Sequence[Card]) -> list[Card]:
    seen = set(deck.cards.kept().values_list("front_key", "back_key"))
    new = []
    for card in cards:
        if (card.front_key, card.back_key) not in seen:
            seen.add((card.front_key, card.back_key))
            new.append(card)
    return new


def _append(deck: Deck, cards: Sequence[Card]) -> None:
    """The cards, sorted by deck and place, behind the deck's last; gaps between their places stay, as after deleting."""
    place = next_position(deck, len(cards))
    _forget_taken_names(deck, cards)
    for source_id, group in groupby(cards, key=lambda card: card.deck_id):
        rows = list(group)
        shift = place - rows[0].position
        Card.objects.filter(pk__in=[card.pk for card in rows]).update(deck=deck, position=F("position") + shift, updated_at=Now())
        place = rows[-1].position + shift + 1
        decks_touch({source_id})
    decks_touch({deck.pk})


def _forget_taken_names(deck: Deck, cards: Sequence[Card]) -> None:
    """An imported note's name is in a deck once, in the bin or out of it: the card that comes second goes without."""
    taken = set(deck.cards.filter(guid__in={card.guid for card in cards} - {""}).values_list("guid", flat=True))
    doubled = []
    for card in cards:
        if card.guid in taken:
            doubled.append(card.pk)
        elif card.guid:
            taken.add(card.guid)
    Card.objects.filter(pk__in=doubled).update(guid="")
