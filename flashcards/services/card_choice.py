"""Many cards at once, by their ids: all of them there, or none is touched."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from flashcards.models import Card
from flashcards.models.cards import CardQuerySet
from flashcards.services.places import decks_lock
from sessions_app.exceptions import Invalid, NotFound

CHOSEN_MOST = 2_000


def cards_chosen(*, user: User, card_ids: Any, among: CardQuerySet | None = None, with_decks: Sequence[UUID] = ()) -> list[Card]:
    """The user's cards with these ids, deck by deck in their order; `among` widens the search to the bin. Their decks and the
    further ones of `with_decks` are locked: whoever changes cards locks decks, and always decks first.

    Raises Invalid (field `cards`) for what is no list of 1 to 2,000 ids, and NotFound when one of the cards is not there.
    """
    ids = _ids(card_ids)
    rows = (Card.objects.of(user) if among is None else among).filter(pk__in=ids)
    decks_lock(user=user, deck_ids={*rows.order_by().values_list("deck_id", flat=True), *with_decks})
    chosen = list(rows.order_by("deck_id", "position"))
    if len(chosen) != len(ids):
        raise NotFound("Not all of these cards are there any more: load the page again, and choose anew.")
    return chosen


def _ids(card_ids: Any) -> set[UUID]:
    if not isinstance(card_ids, list | tuple | set) or not 0 < len(card_ids) <= CHOSEN_MOST:
        raise _refused(f"Send cards as a list of 1 to {CHOSEN_MOST} ids.")
    try:
        return {each if isinstance(each, UUID) else UUID(str(each)) for each in card_ids}
    except ValueError:
        raise _refused("One of these is no card's id.") from None


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"cards": [sentence]})
