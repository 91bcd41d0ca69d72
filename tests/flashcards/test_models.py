"""Database constraints, cascades and missing migrations."""

import pytest
from django.core.management import call_command
from django.db import DataError, IntegrityError, transaction

from flashcards.models import Card, Deck


def test_no_migration_is_missing(db):
    call_command("makemigrations", "flashcards", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("sides", [{"front": ""}, {"back": ""}])
def test_a_card_without_a_side_is_refused(alice, sides):
    deck = Deck.objects.create(user=alice, name="Tides")
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.create(deck=deck, position=1, **({"front": "a", "back": "b"} | sides))


def test_a_side_that_is_too_long_is_refused(alice):
    deck = Deck.objects.create(user=alice, name="Tides")
    with pytest.raises(DataError), transaction.atomic():
        Card.objects.create(deck=deck, position=1, front="x" * 2001, back="b")


def test_a_deck_without_a_name_is_refused(alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        Deck.objects.create(user=alice, name="")


def test_cards_leave_with_their_user(alice, bob, make_deck):
    make_deck(alice, "ebb")
    make_deck(bob, "flow")
    alice.delete()
    assert [card.front for card in Card.objects.all()] == ["flow"]
