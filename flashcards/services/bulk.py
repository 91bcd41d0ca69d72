"""Bulk changes: move and tag cards, and merge decks.

Cards keep their schedules.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext

from flashcards.models import Card, Deck
from flashcards.models.cards import CardQuerySet
from flashcards.services.cards import tags_changed, tags_checked
from flashcards.services.locks import decks_lock, decks_touch, next_position
from sessions_app.exceptions import Invalid, NotFound

WRITE_BATCH = 500
MAX_SELECTED = 2_000


@transaction.atomic
def cards_move(*, user: User, card_ids: Any, deck_id: UUID) -> int:
    """Move the cards to the end of the deck in their order, and return how many moved.

    Cards that are already in the deck keep their positions. Raise NotFound, Invalid, or Conflict
    (`deck_full`). If this raises an exception, no card has moved.
    """
    chosen = selected_cards(user=user, card_ids=card_ids, with_decks=[deck_id])
    arriving = [card for card in chosen if card.deck_id != deck_id]
    _append(Deck.objects.get(pk=deck_id), arriving)
    return len(arriving)


@transaction.atomic
def decks_merge(*, user: User, deck_id: UUID, into: UUID) -> tuple[list[UUID], int]:
    """Move the cards of a deck to another deck, and move the deck to the trash.

    Duplicates, which have the same front and back as another card (contract, section 4), stay in
    the deck. Return the IDs of the cards that moved, and how many were left out.

    Raise NotFound, Invalid if both are the same deck, or Conflict (`deck_full`). If this raises an
    exception, nothing has changed.
    """
    if deck_id == into:
        message = gettext("Choose another deck to merge this one into.")
        raise Invalid(message, fields={"into": [message]})
    decks = decks_lock(user=user, deck_ids={deck_id, into})
    cards = list(decks[deck_id].cards.kept())
    new = _not_in(decks[into], cards)
    _append(decks[into], new)
    Deck.objects.filter(pk=deck_id).update(deleted_at=Now())
    return [card.pk for card in new], len(cards) - len(new)


def _not_in(deck: Deck, cards: Sequence[Card]) -> list[Card]:
    seen = set(deck.cards.kept().values_list("front_key", "back_key"))
    new = []
    for card in cards:
        if (card.front_key, card.back_key) not in seen:
            seen.add((card.front_key, card.back_key))
            new.append(card)
    return new


def _append(deck: Deck, cards: Sequence[Card]) -> None:
    """Append cards, which must be sorted by deck and position, to the deck.

    Gaps between their positions are kept, in the same way as after a deletion.
    """
    place = next_position(deck, len(cards))
    _forget_taken_names(deck, cards)
    for source_id, group in groupby(cards, key=lambda card: card.deck_id):
        rows = list(group)
        shift = place - rows[0].position
        Card.objects.filter(pk__in=[card.pk for card in rows]).update(
            deck=deck, position=F("position") + shift, updated_at=Now()
        )
        place = rows[-1].position + shift + 1
        decks_touch({source_id})
    decks_touch({deck.pk})


def _forget_taken_names(deck: Deck, cards: Sequence[Card]) -> None:
    """Clear the `guid` of each card if the deck or an earlier card already has it.

    A `guid` must be unique among all cards of a deck, including those in the trash.
    """
    taken = set(
        deck.cards.filter(guid__in={card.guid for card in cards} - {""}).values_list(
            "guid", flat=True
        )
    )
    doubled = []
    for card in cards:
        if card.guid in taken:
            doubled.append(card.pk)
        elif card.guid:
            taken.add(card.guid)
    Card.objects.filter(pk__in=doubled).update(guid="")


@transaction.atomic
def cards_tag(
    *, user: User, card_ids: Any, add: Any = (), remove: Any = ()
) -> tuple[int, list[dict[str, Any]]]:
    """Add and remove tags on all of the cards.

    Return how many cards changed, and the changes that undo this one. Each of them has the fields
    `cards`, `add` and `remove`, like the arguments of this function. Undoing puts removed tags
    after the others.

    Raise NotFound or Invalid. If this raises an exception, no card has changed.
    """
    add, remove = tags_checked(add), tags_checked(remove)
    changed: list[Card] = []
    undo: dict[tuple[tuple[str, ...], tuple[str, ...]], list[UUID]] = defaultdict(list)
    for card in selected_cards(user=user, card_ids=card_ids):
        before, card.tags = card.tags, tags_changed(card.tags, add=add, remove=remove)
        if card.tags != before:
            changed.append(card)
            lost = tuple(tag for tag in before if tag not in card.tags)
            gained = tuple(tag for tag in card.tags if tag not in before)
            undo[lost, gained].append(card.pk)
    Card.objects.bulk_update(changed, ["tags"], batch_size=WRITE_BATCH)
    decks_touch({card.deck_id for card in changed})
    return len(changed), [
        {"cards": cards, "add": list(lost), "remove": list(gained)}
        for (lost, gained), cards in undo.items()
    ]


def selected_cards(
    *, user: User, card_ids: Any, among: CardQuerySet | None = None, with_decks: Sequence[UUID] = ()
) -> list[Card]:
    """Return the user's cards with these IDs, sorted by deck and position.

    Their decks and those in `with_decks` are locked. Code that changes cards always locks the decks
    first. Pass `among` to search other cards, such as those in the trash.

    Raise Invalid (field `cards`) if `card_ids` is not a list of 1 to 2,000 IDs, and NotFound if one
    of the cards does not exist.
    """
    ids = _ids(card_ids)
    rows = (Card.objects.of(user) if among is None else among).filter(pk__in=ids)
    decks_lock(
        user=user, deck_ids={*rows.order_by().values_list("deck_id", flat=True), *with_decks}
    )
    chosen = list(rows.order_by("deck_id", "position"))
    if len(chosen) != len(ids):
        raise NotFound(
            gettext(
                "Not all of these cards are there any more: load the page again, and choose anew."
            )
        )
    return chosen


def _ids(card_ids: Any) -> set[UUID]:
    message = gettext("Send cards as a list of 1 to %(maximum)s ids.") % {"maximum": MAX_SELECTED}
    if isinstance(card_ids, list | tuple | set) and 0 < len(card_ids) <= MAX_SELECTED:
        try:
            return {each if isinstance(each, UUID) else UUID(str(each)) for each in card_ids}
        except ValueError:
            message = gettext("One of these is no card's id.")
    raise Invalid(message, fields={"cards": [message]})
