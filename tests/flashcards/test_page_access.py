"""Access to pages for anonymous, signed-in and other users, tested without a browser."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from flashcards.models import Deck
from flashcards.services.decks import deck_create
from tests.helpers.users import PASSWORD

CARDS = [{"front": "What is a vacuole?", "back": "A bubble in a cell that stores things."}]
SIGN_UP = {"username": "dora", "password1": PASSWORD}
# CSRF tokens and nonces, which differ between two responses with the same page.
RANDOM_VALUE = re.compile(r'(?<= name="csrfmiddlewaretoken" value=")[^"]+|(?<= nonce=")[^"]+')


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def deck(alice: User) -> Deck:
    return deck_create(user=alice, name="Cells", cards=CARDS)


def test_welcome_page_is_shown_to_anonymous_users(client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert b"written in your own browser" in page.content


def test_welcome_page_states_where_notes_are_stored_and_labels_example(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "No AI company sees your notes." in page
    assert "Your notes and cards are stored on this server" in page
    assert "Example card</figcaption>" in page


def test_home_page_offers_flashcard_generation_to_signed_in_users(
    alice: User, signed_in: Callable[[User], Client]
) -> None:
    assert b"Make flashcards" in signed_in(alice).get("/").content


@pytest.mark.parametrize(
    "address",
    ["/decks", "/decks/trash", "/decks/duplicates", "/decks/7c9e6679-7425-40de-944b-e07fc1f90ae7"],
)
def test_anonymous_user_is_redirected_to_sign_in_and_back_to_page(
    client: Client, alice: User, password: str, address: str
) -> None:
    redirect = client.get(address)
    assert redirect.headers["Location"] == f"/sign-in?next={address}"
    response = client.post("/sign-in", {"username": "alice", "password": password, "next": address})
    assert response.headers["Location"] == address


@pytest.mark.parametrize("page", ["/sign-in", "/sign-up"])
@pytest.mark.parametrize(
    "unsafe_address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_unsafe_next_parameter_redirects_to_home_page(
    client: Client, alice: User, password: str, page: str, unsafe_address: str
) -> None:
    form = SIGN_UP | {"password": password} | ({"username": "alice"} if page == "/sign-in" else {})
    assert client.post(page, form | {"next": unsafe_address}).headers["Location"] == "/"


def test_sign_up_signs_user_in(client: Client, db: None) -> None:
    assert client.post("/sign-up", SIGN_UP).headers["Location"] == "/"
    assert b"Make flashcards" in client.get("/").content


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"username": "alice"}, "This name is taken"),
        ({"username": "ALICE"}, "This name is taken"),
        ({"username": "two words"}, "Enter a valid username"),
        ({"username": ""}, "This field is required"),
        ({"password1": ""}, "This field is required"),
        ({"password1": "12345678901"}, "entirely numeric"),
        ({"password1": "password"}, "too common"),
        ({"username": "dorothea", "password1": "dorothea1"}, "too similar"),
        ({"password1": "h0rse!"}, "too short"),
    ],
)
def test_invalid_sign_up_shows_message_and_creates_no_user(
    client: Client, alice: User, change: dict[str, str], message: str
) -> None:
    page = client.post("/sign-up", SIGN_UP | change)
    assert page.status_code == 200
    assert message in page.content.decode()
    assert list(User.objects.values_list("username", flat=True)) == ["alice"]


def test_sign_in_error_is_same_for_wrong_password_and_unknown_user(
    client: Client, alice: User
) -> None:
    pages = [
        client.post("/sign-in", {"username": name, "password": "wrong"}).content.decode()
        for name in ("alice", "nobody")
    ]
    assert all("do not belong together" in page for page in pages)
    wrong_password, unknown_user = (RANDOM_VALUE.sub("", page) for page in pages)
    assert unknown_user == wrong_password.replace('value="alice"', 'value="nobody"')


def test_inactive_user_cannot_sign_in(client: Client, alice: User, password: str) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.post("/sign-in", {"username": "alice", "password": password}).status_code == 200
    assert client.get("/decks").status_code == 302


def test_sign_out_accepts_only_post_and_signs_user_out(
    alice: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(alice)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/decks").status_code == 302


@pytest.mark.parametrize("page", ["/sign-in", "/sign-up"])
def test_sign_in_and_sign_up_pages_redirect_signed_in_users_to_home(
    alice: User, signed_in: Callable[[User], Client], page: str
) -> None:
    assert signed_in(alice).get(page).headers["Location"] == "/"


def test_owner_sees_deck_in_list_and_on_its_page(
    alice: User, deck: Deck, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(alice)
    assert "Cells" in client.get("/decks").content.decode()
    assert CARDS[0]["back"] in client.get(f"/decks/{deck.pk}").content.decode()


def test_deck_of_other_user_returns_404_and_is_not_listed(
    charlie: User, deck: Deck, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(charlie)
    page = client.get(f"/decks/{deck.pk}")
    assert page.status_code == 404
    assert client.get(f"/decks/duplicates?deck={deck.pk}").status_code == 404
    for address in ("/decks/trash", "/decks/duplicates", "/decks?q=cells"):
        assert "Cells" not in client.get(address).content.decode().replace("“cells”", ""), address
    assert "There is nothing here" in page.content.decode()
    assert "Cells" not in client.get("/decks").content.decode()


def test_deck_list_is_paginated_and_page_after_last_returns_404(
    alice: User, signed_in: Callable[[User], Client]
) -> None:
    for number in range(21):
        deck_create(user=alice, name=f"Deck {number}", cards=CARDS)
    client = signed_in(alice)
    first, second = (client.get(f"/decks?page={page}").content.decode() for page in (1, 2))
    assert ("Deck 20" in first, "Page 1 of 2" in first) == (True, True)
    assert (">Deck 0<" in second, ">Deck 20<" in second) == (True, False)
    assert client.get("/decks?page=3").status_code == 404


def test_script_tags_in_decks_and_cards_are_escaped(
    alice: User, signed_in: Callable[[User], Client]
) -> None:
    hostile = "<script>alert(1)</script>"
    deck = deck_create(user=alice, name=hostile, cards=[{"front": hostile, "back": hostile}])
    client = signed_in(alice)
    for address in ("/decks", f"/decks/{deck.pk}"):
        assert hostile not in client.get(address).content.decode()


def test_form_without_csrf_token_is_rejected_with_explanation(alice: User, password: str) -> None:
    page = Client(enforce_csrf_checks=True).post(
        "/sign-in", {"username": "alice", "password": password}
    )
    assert page.status_code == 403
    assert "The form had gone stale" in page.content.decode()


@pytest.mark.parametrize("address", ["/", "/sign-in", "/sign-up"])
def test_pages_allow_no_inline_script_or_style(client: Client, db: None, address: str) -> None:
    page = client.get(address)
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    html = page.content.decode()
    assert [
        inline for inline in (" style=", "<style", " onclick=", "javascript:") if inline in html
    ] == []
