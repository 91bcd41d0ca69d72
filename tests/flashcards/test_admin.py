"""Decks and cards in the admin: search, query counts, editing, escaping and trash."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.helpers.users import PASSWORD

DECKS, CARDS = "/admin/flashcards/deck/", "/admin/flashcards/card/"


@pytest.fixture
def admin(db):
    user = User.objects.create_superuser("staff", password=PASSWORD)
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    return client


def get_page(admin, address, **query):
    response = admin.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def test_deck_search_finds_decks_by_name_user_and_id(admin, alice, bob, make_deck):
    tides_deck = make_deck(alice, "ebb", name="Tides")
    make_deck(bob, "flow", name="Volcanoes")
    for term in ("Tides", "alice", tides_deck["id"]):
        page = get_page(admin, DECKS, q=term)
        assert "Tides" in page
        assert "Volcanoes" not in page


def test_card_search_lists_only_matching_cards(admin, alice, make_deck):
    make_deck(alice, "ebb", "flow")
    page = get_page(admin, CARDS, q="ebb")
    assert "What ebb is" in page
    assert "What flow is" not in page


def test_card_list_filtered_by_deck_contains_only_its_cards(admin, alice, make_deck):
    deck = make_deck(alice, "ebb", "flow")
    make_deck(alice, "neap")
    page = get_page(admin, CARDS, deck__id__exact=deck["id"])
    assert "What ebb is" in page
    assert "What flow is" in page
    assert "What neap is" not in page


@pytest.mark.parametrize("address", [DECKS, CARDS])
def test_deck_and_card_lists_take_at_most_20_queries_with_many_rows(
    admin, alice, make_deck, django_assert_max_num_queries, address
):
    for number in range(12):
        make_deck(alice, "ebb", "flow", name=f"Deck {number}")
    with django_assert_max_num_queries(20):
        get_page(admin, address)


def test_deck_provenance_is_unchanged_after_edit_in_admin(admin, alice, finished_generation, api):
    generation = finished_generation(alice, "ebb")
    deck = api(alice).post("/api/flashcards/decks", {"generationId": str(generation.pk)}).json()
    response = admin.post(
        f"{DECKS}{deck['id']}/change/",
        {"name": "Low water", "model_id": "forged", "topic": "forged"},
    )
    assert response.status_code == 302
    changed_deck = api(alice).get(f"/api/flashcards/decks/{deck['id']}").json()
    assert changed_deck["name"] == "Low water"
    assert changed_deck["provenance"] == deck["provenance"]


def test_card_edited_in_admin_is_returned_by_rest(admin, alice, make_deck, api):
    deck = make_deck(alice, "ebb")
    address = f"{CARDS}{deck['cards'][0]['id']}/change/"
    assert admin.post(address, {"front": "ebb tide", "back": "Falling water"}).status_code == 302
    assert (
        api(alice).get(f"/api/flashcards/decks/{deck['id']}").json()["cards"][0]["front"]
        == "ebb tide"
    )


def test_deck_add_page_is_rejected_with_403(admin):
    assert admin.get(f"{DECKS}add/").status_code == 403


def test_html_in_card_text_is_escaped_in_card_list(admin, alice, make_deck):
    make_deck(alice, "<script>alert(1)</script>")
    assert "<script>alert(1)</script>" not in get_page(admin, CARDS)
    assert "&lt;script&gt;alert(1)" in get_page(admin, CARDS)


def test_trash_filter_selects_decks_and_trashed_items_are_read_only(admin, alice, make_deck, api):
    trashed_deck, deck_of_card = (
        make_deck(alice, "ebb", name="Gone"),
        make_deck(alice, "flow", name="Kept"),
    )
    api(alice).delete(f"/api/flashcards/decks/{trashed_deck['id']}")
    api(alice).delete(f"/api/flashcards/cards/{deck_of_card['cards'][0]['id']}")
    assert "Gone" in get_page(admin, DECKS, bin="yes")
    assert "Gone" not in get_page(admin, DECKS, bin="no")
    for address in (
        f"{DECKS}{trashed_deck['id']}/change/",
        *(
            f"{CARDS}{each_deck['cards'][0]['id']}/change/"
            for each_deck in (trashed_deck, deck_of_card)
        ),
    ):
        assert admin.get(address).status_code == 200
        assert admin.post(address, {"name": "Back", "front": "a", "back": "b"}).status_code == 403
