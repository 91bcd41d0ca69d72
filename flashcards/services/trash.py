"""The trash: deleted decks and cards can be restored until they are deleted permanently."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

from flashcards.models import Card, Deck
from flashcards.models.cards import CardQuerySet
from flashcards.models.decks import DeckQuerySet
from flashcards.services.bulk import cards_move, selected_cards
from flashcards.services.locks import NO_DECK, decks_touch, next_position
from sessions_app.exceptions import NotFound
from sessions_app.services.retention import delete_in_batches

DECK_BATCH, CARDS_AT_ONCE = 50, 5_000
NOT_IN_TRASH = gettext_lazy("There is nothing with this id in the bin.")


def trashed_decks(user: User) -> DeckQuerySet:
    """Return the user's decks in the trash with `card_count`, most recently deleted first."""
    return _decks(user).with_card_count().order_by("-deleted_at", "-pk")


def trashed_cards(user: User) -> CardQuerySet:
    """Return deleted cards whose decks are not in the trash, most recently deleted first."""
    return _cards(user).select_related("deck").order_by("-deleted_at", "-pk")


def deck_delete(*, user: User, deck_id: UUID) -> None:
    """Move the deck with its cards to the trash.

    Raise NotFound if the deck does not exist or is already in the trash.
    """
    if not Deck.objects.of(user).filter(pk=deck_id).update(deleted_at=Now()):
        raise NotFound(NO_DECK)


@transaction.atomic
def deck_restore(*, user: User, deck_id: UUID, cards: Sequence[UUID] = ()) -> None:
    """Restore the deck, and move back `cards` that a merge moved to another deck.

    Restoring a deck again has no effect. Raise NotFound, or Conflict (`deck_full`) if the cards no
    longer fit. If this raises an exception, nothing has changed.
    """
    if not Deck.objects.filter(user=user, pk=deck_id).update(deleted_at=None):
        raise NotFound(NO_DECK)
    if cards:
        cards_move(user=user, card_ids=cards, deck_id=deck_id)


@transaction.atomic
def cards_delete(*, user: User, card_ids: Any) -> int:
    """Move all of the cards to the trash, or none, and return how many there are.

    Other cards keep their positions. Raise NotFound or Invalid.
    """
    chosen = selected_cards(user=user, card_ids=card_ids)
    Card.objects.filter(pk__in=[card.pk for card in chosen]).update(deleted_at=Now())
    decks_touch({card.deck_id for card in chosen})
    return len(chosen)


@transaction.atomic
def cards_restore(*, user: User, card_ids: Any) -> int:
    """Restore all of the cards to their positions, or none, and return how many were restored.

    Cards that are not in the trash are left unchanged. Raise NotFound (also for a card whose deck
    is in the trash), Invalid, or Conflict (`deck_full`).
    """
    own_cards = Card.objects.filter(deck__user=user, deck__deleted_at=None)
    binned = [
        card
        for card in selected_cards(user=user, card_ids=card_ids, among=own_cards)
        if card.deleted_at
    ]
    for deck in Deck.objects.filter(pk__in={card.deck_id for card in binned}):
        # This raises Conflict if the deck has no room.
        next_position(deck, sum(card.deck_id == deck.pk for card in binned))
    Card.objects.filter(pk__in=[card.pk for card in binned]).update(deleted_at=None)
    decks_touch({card.deck_id for card in binned})
    return len(binned)


def deck_delete_permanently(*, user: User, deck_id: UUID) -> None:
    """Delete a deck that is in the trash, with its cards and their schedules.

    Reviews of the cards are kept. Raise NotFound if the deck is not in the trash.
    """
    if not delete_in_batches(_decks(user).filter(pk=deck_id)):
        raise NotFound(NOT_IN_TRASH)


def card_delete_permanently(*, user: User, card_id: UUID) -> None:
    """Delete a card that is in the trash.

    Raise NotFound if the card is not in the trash.
    """
    if not delete_in_batches(_cards(user).filter(pk=card_id)):
        raise NotFound(NOT_IN_TRASH)


def trash_empty(*, user: User) -> None:
    """Permanently delete everything in the user's trash, in batches.

    Decks and cards that are restored while this runs are not deleted.
    """
    delete_in_batches(_decks(user), DECK_BATCH)
    delete_in_batches(_cards(user), CARDS_AT_ONCE)


def trash_counts(user: User) -> dict[str, int]:
    """Return how many `decks` and individually deleted `cards` are in the trash."""
    return {"decks": _decks(user).count(), "cards": _cards(user).count()}


def trash_delete_old(*, now: datetime) -> int:
    """Permanently delete decks and cards that have been in the trash for TRASH_DAYS.

    Return how many decks and individually deleted cards were deleted.
    """
    limit, seconds = now - timedelta(days=settings.TRASH_DAYS), settings.CLEANUP_TIME_LIMIT
    decks, cards = (
        Deck.objects.filter(deleted_at__lt=limit),
        Card.objects.filter(deleted_at__lt=limit),
    )
    return delete_in_batches(decks, DECK_BATCH, seconds) + delete_in_batches(
        cards, CARDS_AT_ONCE, seconds
    )


def _decks(user: User) -> DeckQuerySet:
    return Deck.objects.filter(user=user, deleted_at__isnull=False)


def _cards(user: User) -> CardQuerySet:
    return Card.objects.filter(deck__user=user, deck__deleted_at=None, deleted_at__isnull=False)
