"""One file, imported twice at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from flashcards.imports.reading import ImportedCard, Reading
from flashcards.models import Card, Deck
from flashcards.services.imports import import_save

CARDS = [ImportedCard(front=f"front {number}", back="back", deck="Sea", guid=f"g{number}") for number in range(50)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_names", [True, False])
def test_two_imports_at_once_double_nothing(has_names: bool) -> None:
    user = User.objects.create_user("alice")
    cards = CARDS if has_names else [ImportedCard(front=card.front, back=card.back, deck="Sea") for card in CARDS]
    together = Barrier(2, timeout=20)

    def carry(_: Any) -> int:
        together.wait()
        try:
            return import_save(user=user, reading=Reading("table", cards=list(cards)), name="Sea").total("added")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(carry, range(2))) == [0, 50]
    assert (Card.objects.count(), Deck.objects.count()) == (50, 1)
