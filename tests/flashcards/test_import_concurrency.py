"""Simultaneous imports of the same file, and edits and sign-ins during an import."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from flashcards.formats.cards import ImportedCard, ParsedFile
from flashcards.formats.limits import Progress
from flashcards.models import Card, Deck
from flashcards.services.cards import card_update
from flashcards.services.imports import import_save
from tests.helpers.concurrency import start_until_blocked
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.helpers.users import PASSWORD

CARDS = [
    ImportedCard(front=f"front {number}", back="back", deck="Sea", guid=f"g{number}")
    for number in range(50)
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_guids", [True, False])
def test_simultaneous_imports_of_same_file_create_no_duplicates(has_guids: bool) -> None:
    user = User.objects.create_user("alice")
    cards = (
        CARDS
        if has_guids
        else [ImportedCard(front=card.front, back=card.back, deck="Sea") for card in CARDS]
    )
    barrier = Barrier(2, timeout=TIMEOUT_SECONDS)

    def import_cards(_: Any) -> int:
        barrier.wait()
        try:
            return import_save(
                user=user, reading=ParsedFile("table", cards=list(cards)), name="Sea"
            ).total("added")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(import_cards, range(2))) == [0, 50]
    assert (Card.objects.count(), Deck.objects.count()) == (50, 1)


@pytest.mark.django_db(transaction=True)
def test_card_edited_during_import_keeps_edit() -> None:
    user = User.objects.create_user("alice")
    deck = Deck.objects.create(user=user, name="Sea")
    card = Card.objects.create(deck=deck, position=1, guid="g0", front="before", back="back")
    edits = []
    with ThreadPoolExecutor(1) as pool:

        def edit(*_: Any) -> None:
            edits.append(
                start_until_blocked(
                    pool, card_update, user=user, card_id=card.pk, fields={"front": "edited"}
                )
            )

        parsed_file = ParsedFile(
            "table", cards=[ImportedCard(front="imported", back="back", deck="Sea", guid="g0")]
        )
        assert (
            import_save(
                user=user, reading=parsed_file, name="Sea", progress=Progress(listen=edit)
            ).total("updated")
            == 1
        )
    assert edits[0].result(10).front == "edited"
    card.refresh_from_db()
    assert card.front == "edited"


@pytest.mark.django_db(transaction=True)
def test_sign_in_does_not_wait_for_import() -> None:
    user = User.objects.create_user("alice", password=PASSWORD)
    form, responses = {"username": "alice", "password": PASSWORD}, []
    with ThreadPoolExecutor(1) as pool:

        def sign_in(*_: Any) -> None:
            attempt = start_until_blocked(pool, Client().post, path="/sign-in", data=form)
            assert attempt.done()
            responses.append(attempt.result())

        import_save(
            user=user,
            reading=ParsedFile("table", cards=CARDS[:1]),
            name="Sea",
            progress=Progress(listen=sign_in),
        )
    user.refresh_from_db()
    assert user.last_login
    assert [(response.status_code, response.headers["Location"]) for response in responses] == [
        (302, "/")
    ]
