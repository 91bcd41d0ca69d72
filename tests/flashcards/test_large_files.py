"""Files with as many cards as the server allows, imported and exported over REST."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from flashcards.models import Card, Deck
from tests.helpers.responses import read_stream

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
IMPORTS = "/api/flashcards/imports"
COUNT = settings.IMPORT_MAX_CARDS
Import = Callable[[User, bytes, str], Any]


@pytest.fixture
def import_file(api: Callable[[User], APIClient]) -> Import:
    """Return a function that imports a file for a user and returns the response."""

    def post(user: User, content: bytes, name: str) -> Any:
        return api(user).post(
            IMPORTS, {"file": SimpleUploadedFile(name, content)}, format="multipart"
        )

    return post


def table(count: int) -> bytes:
    return "".join(
        f"What is term {number}?,Definition {number}\n" for number in range(count)
    ).encode()


@pytest.mark.parametrize("format", ["csv", "json", "apkg"])
def test_exported_decks_of_maximum_size_are_imported_by_another_user(
    api: Callable[[User], APIClient], alice: User, bob: User, import_file: Import, format: str
) -> None:
    assert import_file(alice, table(COUNT), "Terms.csv").status_code == 201
    for deck in Deck.objects.filter(user=alice):
        response = api(alice).get(f"/api/flashcards/decks/{deck.pk}/export?format={format}")
        assert import_file(bob, read_stream(response), f"Terms.{format}").status_code == 201
    sides_of_alice, sides_of_bob = (
        set(Card.objects.filter(deck__user=user).values_list("front", "back"))
        for user in (alice, bob)
    )
    assert len(sides_of_alice) == COUNT
    assert sides_of_bob == sides_of_alice


def test_second_import_of_a_table_of_maximum_size_creates_no_cards(
    alice: User, import_file: Import
) -> None:
    for _ in range(2):
        assert import_file(alice, table(COUNT), "Terms.csv").status_code == 201
    assert Card.objects.filter(deck__user=alice).count() == COUNT


def test_table_with_one_card_too_many_is_rejected_without_saving_any(
    alice: User, import_file: Import
) -> None:
    response = import_file(alice, table(COUNT + 1), "Terms.csv")
    assert response.status_code == 413, response.content
    assert not Card.objects.exists()
