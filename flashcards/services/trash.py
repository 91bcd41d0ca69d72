"""The bin: what was deleted can be brought back until it is deleted for good."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from flashcards.models import Card, Deck
from flashcards.models.cards import CardQuerySet
from flashcards.models.decks import DeckQuerySet
from flashcards.services.bulk import cards_move, selected_cards
from flashcards.services.locks import NO_DECK, decks_touch, next_position
from sessions_app.exceptions import NotFound
from sessions_app.services.retention import delete_in_batches

DECK_BATCH, CARDS_AT_ONCE = 50, 5_000
NOT_IN_TRASH = "There is nothing with this id in the bin."


def trashed_decks(user: User) -> DeckQuerySet:
    """The user's decks in the bin with their `card_count`, the last deleted first."""
    return _decks(user).with_card_count().order_by("-deleted_at", "-pk")


def trashed_cards(user: User) -> CardQuerySet:
    """Cards that were deleted alone, out of decks that are still there, the last deleted first."""
    return _cards(user).select_related("deck").order_by("-deleted_at", "-pk")


def deck_delete(*, user: User, deck_id: UUID) -> None:
    """Put the deck with its cards into the bin. Raises NotFound."""
    if not Deck.objects.of(user).filter(pk=deck_id).update(deleted_at=Now()):
        raise NotFound(NO_DECK)


@transaction.atomic
def deck_restore(*, user: User, deck_id: UUID, cards: Sequence[UUID] = ()) -> None:
    """Bring the deck back, and `cards` into it that a merge took elsewhere; both or neither.

    Again is harmless.

    Raises NotFound, and Conflict (`deck_full`) when those cards no longer fit.
    """
    if not Deck.objects.filter(user=user, pk=deck_id).update(deleted_at=None):
        raise NotFound(NO_DECK)
    if cards:
        cards_move(user=user, card_ids=cards, deck_id=deck_id)


@transaction.atomic
def cards_delete(*, user: User, card_ids: Any) -> int:
    """Put the cards into the bin, all or none; how many.

    The places of the others stay. Raises NotFound and Invalid.
    """
    chosen = selected_cards(user=user, card_ids=card_ids)
    Card.objects.filter(pk__in=[card.pk for card in chosen]).update(deleted_at=Now())
    decks_touch({card.deck_id for card in chosen})
    return len(chosen)


@transaction.atomic
def cards_restore(*, user: User, card_ids: Any) -> int:
    """Bring the cards back to their places, all or none; how many came back.

    Those that are back already stay.

    Raises NotFound (also for a card whose deck is in the bin), Invalid, and Conflict (`deck_full`).
    """
    own_cards = Card.objects.filter(deck__user=user, deck__deleted_at=None)
    binned = [
        card
        for card in selected_cards(user=user, card_ids=card_ids, among=own_cards)
        if card.deleted_at
    ]
    for deck in Deck.objects.filter(pk__in={card.deck_id for card in binned}):
        # refuses when there is no room
        next_position(deck, sum(card.deck_id == deck.pk for card in binned))
    Card.objects.filter(pk__in=[card.pk for card in binned]).update(deleted_at=None)
    decks_touch({card.deck_id for card in binned})
    return len(binned)


def deck_delete_permanently(*, user: User, deck_id: UUID) -> None:
    """Delete a deck that is in the bin, with its cards and their reviews. Raises NotFound."""
    if not delete_in_batches(_decks(user).filter(pk=deck_id)):
        raise NotFound(NOT_IN_TRASH)


def card_delete_permanently(*, user: User, card_id: UUID) -> None:
    """Delete a card that is in the bin. Raises NotFound."""
    if not delete_in_batches(_cards(user).filter(pk=card_id)):
        raise NotFound(NOT_IN_TRASH)


def trash_empty(*, user: User) -> None:
    """Delete for good all that the user has in the bin, some at a time; what is brought back
    meanwhile stays.
    """
    delete_in_batches(_decks(user), DECK_BATCH)
    delete_in_batches(_cards(user), CARDS_AT_ONCE)


def trash_counts(user: User) -> dict[str, int]:
    """How many `decks` and single `cards` are in the bin."""
    return {"decks": _decks(user).count(), "cards": _cards(user).count()}


def trash_delete_old(*, now: datetime) -> int:
    """Delete for good what has been in the bin for TRASH_DAYS; how many decks and single cards
    went.
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
