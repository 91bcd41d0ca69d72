"""Locks on decks, and the positions of cards in a deck.

Code that assigns a position must lock the row of the deck.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, Max, Q
from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_lazy

from flashcards.models import CARDS_PER_DECK, Deck
from sessions_app.exceptions import Conflict, NotFound

NO_DECK = gettext_lazy("There is no deck with this id.")


def decks_lock(*, user: User, deck_ids: Iterable[UUID]) -> dict[UUID, Deck]:
    """Lock and return decks of the user, always in the same order to avoid deadlocks.

    Raise NotFound if a deck does not exist, is in the trash or belongs to another user.
    """
    wanted = set(deck_ids)
    locked = {
        deck.pk: deck
        for deck in Deck.objects.of(user).filter(pk__in=wanted).order_by("pk").select_for_update()
    }
    if set(locked) != wanted:
        raise NotFound(NO_DECK)
    return locked


def decks_lock_all(*, user: User) -> None:
    """Lock all decks of the user that are not in the trash.

    Use this in place of `decks_lock` if you don't know which decks will change.
    """
    list(Deck.objects.of(user).order_by("pk").select_for_update().values_list("pk"))


def next_position(deck: Deck, cards: int = 1) -> int:
    """Return the position after the last card.

    Raise Conflict (`deck_full`) if the deck has no room for `cards` more.
    """
    # A card in the trash keeps its position, but it does not count until it is restored.
    places = deck.cards.aggregate(
        count=Count("pk", filter=Q(deleted_at=None)), last=Max("position")
    )
    if places["count"] + cards > CARDS_PER_DECK:
        message = (
            gettext(
                "This deck has %(maximum)s cards, which is the most: delete some, or begin another."
            )
            if cards == 1
            else gettext(
                "“%(deck)s” has %(count)s cards, and %(maximum)s is the most: %(more)s more do not"
                " fit. Take fewer, or begin another."
            )
        )
        values = {
            "deck": deck.name,
            "count": places["count"],
            "maximum": CARDS_PER_DECK,
            "more": cards,
        }
        raise Conflict(message % values, code="deck_full")
    return (places["last"] or 0) + 1


def decks_touch(deck_ids: Sequence[UUID] | set[UUID]) -> None:
    """Set the time of the last change of the decks to now."""
    Deck.objects.filter(pk__in=deck_ids).update(updated_at=Now())
