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


def test_study_page_of_deck_opens_for_owner(visit, alice, address):
    page = visit(address, alice)
    assert page.status_code == 200
    assert "Study Tides" in page.content.decode()


def test_study_page_returns_404_for_deck_of_other_user_and_unknown_deck(visit, charlie, address):
    assert visit(address, charlie).status_code == 404
    assert visit(f"/decks/{uuid.uuid4()}/study", charlie).status_code == 404


def test_study_page_of_deck_in_trash_returns_404(visit, alice, api, address):
    api(alice).delete(f"/api/flashcards/decks/{address.split('/')[2]}")
    assert visit(address, alice).status_code == 404


@pytest.mark.parametrize("path", ["/study", "/progress"])
def test_study_and_progress_pages_redirect_anonymous_users_to_sign_in(visit, db, path):
    page = visit(path)
    assert page.status_code == 302
    assert page["Location"] == f"/sign-in?next={path}"


@pytest.mark.parametrize("path", ["/study", "/progress"])
def test_study_and_progress_pages_open_for_users_without_decks(visit, bob, path):
    assert visit(path, bob).status_code == 200
