"""Duplicates over REST: finding, deleting and keeping cards with the same question."""

import uuid

import pytest

API = "/api/flashcards"


@pytest.fixture
def decks(alice, make_deck):
    return make_deck(alice, "ebb", "flow", name="Tides"), make_deck(
        alice, "EBB.", "neap", name="Sea"
    )


def groups(client, **query):
    return client.get(f"{API}/duplicates", query).json()["results"]


def test_duplicates_are_found_across_decks_despite_case_and_punctuation(api, alice, decks):
    (group,) = groups(api(alice))
    assert [(card["deckName"], card["front"]) for card in group["cards"]] == [
        ("Tides", "ebb"),
        ("Sea", "EBB."),
    ]
    assert (group["count"], group["isExact"]) == (2, False)


def test_duplicates_with_same_back_are_exact_and_listed_first(api, alice, decks):
    client = api(alice)
    client.post(f"{API}/decks/{decks[0]['id']}/cards", {"front": "Neap", "back": " what NEAP is "})
    assert [(group["isExact"], group["cards"][0]["front"]) for group in groups(client)] == [
        (True, "neap"),
        (False, "ebb"),
    ]


def test_duplicates_are_updated_after_front_of_card_changes(api, alice, decks):
    client = api(alice)
    client.patch(f"{API}/cards/{decks[1]['cards'][0]['id']}", {"front": "Spring"})
    assert groups(client) == []
    client.patch(f"{API}/cards/{decks[1]['cards'][0]['id']}", {"front": "FLOW"})
    assert [group["cards"][0]["front"] for group in groups(client)] == ["flow"]


def test_duplicates_are_filtered_by_deck_id_and_wrong_ids_are_rejected(
    api, alice, decks, make_deck
):
    client, third = api(alice), make_deck(alice, "neap", name="Moon")
    assert [group["cards"][0]["front"] for group in groups(client, deck=third["id"])] == ["neap"]
    assert client.get(f"{API}/duplicates", {"deck": "x"}).status_code == 400
    assert client.get(f"{API}/duplicates", {"deck": str(uuid.uuid4())}).status_code == 404


def test_card_in_trash_is_not_counted_as_duplicate(api, alice, decks):
    client = api(alice)
    client.delete(f"{API}/cards/{decks[0]['cards'][0]['id']}")
    assert groups(client) == []


def test_kept_duplicates_are_hidden_until_another_duplicate_is_added(api, alice, decks):
    client = api(alice)
    key = groups(client)[0]["frontKey"]
    assert client.post(f"{API}/duplicates/keep", {"frontKey": key}).status_code == 204
    assert groups(client) == []
    client.post(f"{API}/decks/{decks[0]['id']}/cards", {"front": "ebb!", "back": "x"})
    assert groups(client)[0]["count"] == 3


def test_keep_request_for_unknown_invalid_or_other_users_key_is_rejected(
    api, alice, charlie, decks
):
    key = groups(api(alice))[0]["frontKey"]
    assert (
        api(alice).post(f"{API}/duplicates/keep", {"frontKey": str(uuid.uuid4())}).status_code
        == 404
    )
    assert api(charlie).post(f"{API}/duplicates/keep", {"frontKey": key}).status_code == 404
    assert api(alice).post(f"{API}/duplicates/keep", {"frontKey": "x"}).status_code == 400


def test_duplicates_do_not_include_cards_of_other_users(api, bob, charlie, decks, make_deck):
    make_deck(bob, "ebb")
    assert groups(api(bob)) == groups(api(charlie)) == []


@pytest.mark.parametrize("count", [2, 30])
def test_duplicates_are_listed_in_constant_number_of_queries(
    api, alice, make_deck, django_assert_num_queries, count
):
    for _ in range(2):
        make_deck(alice, *(f"front {number}" for number in range(count)))
    client = api(alice)
    # The queries are: user, ignored duplicates, number of groups, a page of groups, their cards
    # with their decks.
    with django_assert_num_queries(5):
        assert len(groups(client)) == min(count, 20)


def test_large_duplicate_group_returns_total_count_and_12_cards(api, alice, make_deck):
    for number in range(15):
        make_deck(alice, "ebb", name=f"Deck {number}")
    (group,) = groups(api(alice))
    assert (group["count"], len(group["cards"])) == (15, 12)
