"""Decks and cards in the admin: search, numbers of queries, editing and escaping."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

DECKS, CARDS = "/admin/flashcards/deck/", "/admin/flashcards/card/"


@pytest.fixture
def admin(db):
    staff = User.objects.create_superuser("staff", password="correct horse battery")
    client = Client(HTTP_HOST="localhost")
    client.force_login(staff)
    return client


def shown(admin, address, **query):
    response = admin.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_deck_is_found_by_name_user_or_id(admin, alice, bob, make_deck):
    mine = make_deck(alice, "ebb", name="Tides")
    make_deck(bob, "flow", name="Volcanoes")
    for term in ("Tides", "alice", mine["id"]):
        page = shown(admin, DECKS, q=term)
        assert "Tides" in page
        assert "Volcanoes" not in page


def test_a_card_is_found_by_its_words_and_by_its_deck(admin, alice, make_deck):
    deck = make_deck(alice, "ebb", "flow")
    assert "What flow is" not in shown(admin, CARDS, q="ebb")
    assert "What flow is" in shown(admin, CARDS, deck__id__exact=deck["id"])


@pytest.mark.parametrize("address", [DECKS, CARDS])
def test_more_rows_take_no_more_queries(
    admin, alice, make_deck, django_assert_max_num_queries, address
):
    for number in range(12):
        make_deck(alice, "ebb", "flow", name=f"Deck {number}")
    with django_assert_max_num_queries(20):
        shown(admin, address)


def test_where_a_deck_came_from_cannot_be_changed(admin, alice, finished_generation, api):
    generation = finished_generation(alice, "ebb")
    deck = api(alice).post("/api/flashcards/decks", {"generationId": str(generation.pk)}).json()
    page = admin.post(
        f"{DECKS}{deck['id']}/change/",
        {"name": "Low water", "model_id": "forged", "topic": "forged"},
    )
    assert page.status_code == 302
    changed = api(alice).get(f"/api/flashcards/decks/{deck['id']}").json()
    assert changed["name"] == "Low water"
    assert changed["provenance"] == deck["provenance"]


def test_a_card_is_edited_through_the_same_door_as_everywhere(admin, alice, make_deck, api):
    deck = make_deck(alice, "ebb")
    address = f"{CARDS}{deck['cards'][0]['id']}/change/"
    assert admin.post(address, {"front": "ebb tide", "back": "Falling water"}).status_code == 302
    assert (
        api(alice).get(f"/api/flashcards/decks/{deck['id']}").json()["cards"][0]["front"]
        == "ebb tide"
    )


def test_decks_are_not_made_in_the_admin(admin):
    assert admin.get(f"{DECKS}add/").status_code == 403


def test_what_a_model_wrote_is_escaped(admin, alice, make_deck):
    make_deck(alice, "<script>alert(1)</script>")
    assert "<script>alert(1)</script>" not in shown(admin, CARDS)
    assert "&lt;script&gt;alert(1)" in shown(admin, CARDS)


def test_what_is_in_the_bin_is_told_apart_and_only_looked_at(admin, alice, make_deck, api):
    deck, kept = make_deck(alice, "ebb", name="Gone"), make_deck(alice, "flow", name="Kept")
    api(alice).delete(f"/api/flashcards/decks/{deck['id']}")
    api(alice).delete(f"/api/flashcards/cards/{kept['cards'][0]['id']}")
    assert "Gone" in shown(admin, DECKS, bin="yes")
    assert "Gone" not in shown(admin, DECKS, bin="no")
    for address in (
        f"{DECKS}{deck['id']}/change/",
        *(f"{CARDS}{shown_deck['cards'][0]['id']}/change/" for shown_deck in (deck, kept)),
    ):
        assert admin.get(address).status_code == 200
        assert admin.post(address, {"name": "Back", "front": "a", "back": "b"}).status_code == 403
