"""Creating, listing, reading, renaming and deleting decks over REST."""

import pytest

DECKS = "/api/flashcards/decks"


def test_deck_created_with_cards_returns_them_in_order(api, alice, make_deck):
    deck = make_deck(alice, "ebb", "flow")
    shown = api(alice).get(f"{DECKS}/{deck['id']}").json()
    assert shown["name"] == "Tides"
    assert shown["cardCount"] == 2
    assert [(card["position"], card["front"], card["back"]) for card in shown["cards"]] == [
        (1, "ebb", "What ebb is"),
        (2, "flow", "What flow is"),
    ]


def test_deck_is_created_without_cards(api, alice):
    response = api(alice).post(DECKS, {"name": "Later"})
    assert response.status_code == 201
    assert response.json()["cards"] == []
    assert response["Location"].endswith(f"{DECKS}/{response.json()['id']}")


def test_additional_card_fields_are_stored_and_returned(api, alice):
    card = {
        "question": "What is ebb?",
        "answer": "Falling water",
        "marks": ["sea", 1],
        "hint": {"of": "moon"},
    }
    body = api(alice).post(DECKS, {"name": "Tides", "cards": [card]}).json()
    assert card.items() <= body["cards"][0].items()
    assert body["cards"][0]["front"] == "What is ebb?"


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "name", "Give a name"),
        ({"name": "   "}, "name", "Give a name"),
        ({"name": "x" * 201}, "name", "200"),
        ({"name": "\0"}, "name", "Null"),
        ({"name": "Tides", "cards": [{"front": "ebb"}]}, "cards", "Card 1 has no back."),
        ({"name": "Tides", "cards": [{"front": "ebb", "back": "x" * 2001}]}, "cards", "2001"),
        (
            {
                "name": "Tides",
                "cards": [{"front": "a", "back": "b"}, {"front": "A ", "back": "b."}],
            },
            "cards",
            "Card 2 repeats",
        ),
        ({"name": "Tides", "cards": {"front": "a"}}, "cards", "list"),
        ({"name": "Tides", "cards": "ebb"}, "cards", "list"),
        ({"name": "Tides", "cards": [{"front": "a", "back": "b"}] * 2001}, "cards", "2000"),
        ({"generationId": "no-uuid"}, "generationId", "UUID"),
    ],
)
def test_invalid_deck_is_rejected_with_message_for_field(api, alice, body, field, message):
    response = api(alice).post(DECKS, body)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert message in " ".join(response.json()["fields"][field])
    assert api(alice).get(DECKS).json()["results"] == []


def test_decks_are_listed_newest_first_and_paginated(api, alice, make_deck):
    names = [make_deck(alice, name=f"Deck {number}")["name"] for number in range(5)]
    page = api(alice).get(DECKS, {"pageSize": 2}).json()
    seen = [deck["name"] for deck in page["results"]]
    while page["next"]:
        page = api(alice).get(page["next"]).json()
        seen += [deck["name"] for deck in page["results"]]
    assert seen == names[::-1]


def test_deck_list_includes_card_counts_but_no_cards_or_sources(api, alice, make_deck):
    make_deck(alice, "ebb", "flow")
    (deck,) = api(alice).get(DECKS).json()["results"]
    assert deck["cardCount"] == 2
    assert "cards" not in deck
    assert "source" not in deck["provenance"]


def test_deck_rename_trims_name_and_changes_update_time(api, alice, make_deck):
    deck = make_deck(alice, "ebb")
    response = api(alice).patch(f"{DECKS}/{deck['id']}", {"name": "  Low water "})
    assert response.status_code == 200
    assert response.json()["name"] == "Low water"
    assert response.json()["updatedAt"] > deck["updatedAt"]


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 201, None])
def test_deck_rename_with_invalid_name_is_rejected(api, alice, make_deck, name):
    address = f"{DECKS}/{make_deck(alice)['id']}"
    response = api(alice).patch(address, {"name": name})
    assert response.status_code == 400
    assert response.json()["fields"]["name"]
    assert api(alice).get(address).json()["name"] == "Tides"


def test_deleted_deck_and_its_cards_return_404(api, alice, make_deck):
    deck = make_deck(alice, "ebb")
    assert api(alice).delete(f"{DECKS}/{deck['id']}").status_code == 204
    assert api(alice).get(f"{DECKS}/{deck['id']}").status_code == 404
    assert api(alice).get(f"/api/flashcards/cards/{deck['cards'][0]['id']}").status_code == 404


@pytest.mark.parametrize("decks", [1, 4])
def test_deck_list_uses_constant_number_of_queries(
    api, alice, make_deck, django_assert_num_queries, decks
):
    for _ in range(decks):
        make_deck(alice, "ebb", "flow")
    client = api(alice)
    with django_assert_num_queries(2):  # the user, the decks with their counts
        client.get(DECKS)


@pytest.mark.parametrize("fronts", [("ebb",), ("ebb", "flow", "neap", "spring")])
def test_deck_with_cards_is_read_in_constant_number_of_queries(
    api, alice, make_deck, django_assert_num_queries, fronts
):
    deck = make_deck(alice, *fronts)
    client = api(alice)
    with django_assert_num_queries(3):  # the user, the deck, its cards
        client.get(f"{DECKS}/{deck['id']}")
