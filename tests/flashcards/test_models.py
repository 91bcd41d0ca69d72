"""Database constraints and cascades."""

import pytest
from django.db import DataError, IntegrityError, transaction

from flashcards.models import Card, Deck


@pytest.mark.parametrize("sides", [{"front": ""}, {"back": ""}])
def test_card_without_front_or_back_is_rejected_by_database(alice, sides):
    deck = Deck.objects.create(user=alice, name="Tides")
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.create(deck=deck, position=1, **({"front": "a", "back": "b"} | sides))


def test_front_longer_than_2000_characters_is_rejected_by_database(alice):
    deck = Deck.objects.create(user=alice, name="Tides")
    with pytest.raises(DataError), transaction.atomic():
        Card.objects.create(deck=deck, position=1, front="x" * 2001, back="b")


def test_deck_without_name_is_rejected_by_database(alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        Deck.objects.create(user=alice, name="")


def test_cards_are_deleted_with_their_user(alice, bob, make_deck):
    make_deck(alice, "ebb")
    make_deck(bob, "flow")
    alice.delete()
    assert [card.front for card in Card.objects.all()] == ["flow"]
