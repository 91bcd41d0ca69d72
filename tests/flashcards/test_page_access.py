"""Access to pages for anonymous, signed-in and other users, tested without a browser."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from flashcards.models import Deck
from flashcards.services.decks import deck_create

CARDS = [{"front": "What is a vacuole?", "back": "A bubble in a cell that stores things."}]
SIGN_UP = {"username": "dora", "password1": "correct horse battery"}


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def deck(alice: User) -> Deck:
    return deck_create(user=alice, name="Cells", cards=CARDS)


def test_a_stranger_is_shown_what_this_is(client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert b"written in your own browser" in page.content


def test_welcome_page_says_where_notes_are_stored_and_labels_its_example(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "No AI company sees your notes." in page
    assert "Your notes and cards are stored on this server" in page
    assert "Example card</figcaption>" in page


def test_a_signed_in_user_is_shown_the_maker(
    alice: User, signed_in: Callable[[User], Client]
) -> None:
    assert b"Make flashcards" in signed_in(alice).get("/").content


@pytest.mark.parametrize(
    "address",
    ["/decks", "/decks/trash", "/decks/duplicates", "/decks/7c9e6679-7425-40de-944b-e07fc1f90ae7"],
)
def test_a_stranger_is_sent_to_sign_in_and_then_back(
    client: Client, alice: User, password: str, address: str
) -> None:
    sent = client.get(address)
    assert sent.headers["Location"] == f"/sign-in?next={address}"
    back = client.post("/sign-in", {"username": "alice", "password": password, "next": address})
    assert back.headers["Location"] == address


@pytest.mark.parametrize("page", ["/sign-in", "/sign-up"])
@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_next_leads_nowhere_but_here(
    client: Client, alice: User, password: str, page: str, elsewhere: str
) -> None:
    form = SIGN_UP | {"password": password} | ({"username": "alice"} if page == "/sign-in" else {})
    assert client.post(page, form | {"next": elsewhere}).headers["Location"] == "/"


def test_signing_up_signs_in(client: Client, db: None) -> None:
    assert client.post("/sign-up", SIGN_UP).headers["Location"] == "/"
    assert b"Make flashcards" in client.get("/").content


@pytest.mark.parametrize(
    ("change", "sentence"),
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
def test_a_wrong_sign_up_says_what_is_wrong_and_makes_nobody(
    client: Client, alice: User, change: dict[str, str], sentence: str
) -> None:
    page = client.post("/sign-up", SIGN_UP | change)
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert list(User.objects.values_list("username", flat=True)) == ["alice"]


def test_a_wrong_password_does_not_tell_whether_the_name_exists(
    client: Client, alice: User
) -> None:
    pages = [
        client.post("/sign-in", {"username": name, "password": "wrong"}).content.decode()
        for name in ("alice", "nobody")
    ]
    assert all("do not belong together" in page for page in pages)


def test_a_disabled_user_cannot_sign_in(client: Client, alice: User, password: str) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.post("/sign-in", {"username": "alice", "password": password}).status_code == 200
    assert client.get("/decks").status_code == 302


def test_signing_out_takes_a_post(alice: User, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(alice)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/decks").status_code == 302


@pytest.mark.parametrize("page", ["/sign-in", "/sign-up"])
def test_who_is_signed_in_is_led_past_the_doors(
    alice: User, signed_in: Callable[[User], Client], page: str
) -> None:
    assert signed_in(alice).get(page).headers["Location"] == "/"


def test_the_owner_sees_her_deck(
    alice: User, deck: Deck, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(alice)
    assert "Cells" in client.get("/decks").content.decode()
    assert CARDS[0]["back"] in client.get(f"/decks/{deck.pk}").content.decode()


def test_another_users_deck_is_not_found_and_not_listed(
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


def test_decks_come_in_pages(alice: User, signed_in: Callable[[User], Client]) -> None:
    for number in range(21):
        deck_create(user=alice, name=f"Deck {number}", cards=CARDS)
    client = signed_in(alice)
    first, second = (client.get(f"/decks?page={page}").content.decode() for page in (1, 2))
    assert ("Deck 20" in first, "Page 1 of 2" in first) == (True, True)
    assert (">Deck 0<" in second, ">Deck 20<" in second) == (True, False)
    assert client.get("/decks?page=3").status_code == 404


def test_what_a_model_wrote_stays_text(alice: User, signed_in: Callable[[User], Client]) -> None:
    hostile = "<script>alert(1)</script>"
    deck = deck_create(user=alice, name=hostile, cards=[{"front": hostile, "back": hostile}])
    client = signed_in(alice)
    for address in ("/decks", f"/decks/{deck.pk}"):
        assert hostile not in client.get(address).content.decode()


def test_a_form_from_elsewhere_is_refused_in_words(alice: User, password: str) -> None:
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
