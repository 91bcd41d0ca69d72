"""Access to the study pages."""

import uuid

import pytest
from django.test import Client


@pytest.fixture
def visit(password):
    """Return a function that opens an address as a user or anonymously."""

    def open_page(address, user=None):
        client = Client(HTTP_HOST="localhost")
        if user:
            client.login(username=user.username, password=password)
        return client.get(address)

    return open_page


@pytest.fixture
def address(alice, make_deck):
    return f"/decks/{make_deck(alice, 'ebb', name='Tides')['id']}/study"


def test_the_owner_studies_a_deck(visit, alice, address):
    page = visit(address, alice)
    assert page.status_code == 200
    assert "Study Tides" in page.content.decode()


def test_a_strangers_deck_is_not_found_and_neither_is_one_that_is_not_there(
    visit, charlie, address
):
    assert visit(address, charlie).status_code == 404
    assert visit(f"/decks/{uuid.uuid4()}/study", charlie).status_code == 404


def test_a_deck_in_the_bin_is_not_found(visit, alice, api, address):
    api(alice).delete(f"/api/flashcards/decks/{address.split('/')[2]}")
    assert visit(address, alice).status_code == 404


@pytest.mark.parametrize("name", ["/study", "/progress"])
def test_whoever_is_not_signed_in_is_sent_to_do_so(visit, db, name):
    page = visit(name)
    assert page.status_code == 302
    assert page["Location"] == f"/sign-in?next={name}"


@pytest.mark.parametrize("name", ["/study", "/progress"])
def test_everybody_has_pages_of_their_own(visit, bob, name):
    assert visit(name, bob).status_code == 200
