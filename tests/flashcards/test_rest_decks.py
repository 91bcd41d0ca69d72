"""Creating, listing, reading, renaming and deleting decks over REST."""

import pytest

DECKS = "/api/flashcards/decks"


def test_a_deck_by_hand_has_its_cards_in_order(api, alice, make_deck):
    deck = make_deck(alice, "ebb", "flow")
    shown = api(alice).get(f"{DECKS}/{deck['id']}").json()
    assert shown["name"] == "Tides"
    assert shown["cardCount"] == 2
    assert [(card["position"], card["front"], card["back"]) for card in shown["cards"]] == [
        (1, "ebb", "What ebb is"),
        (2, "flow", "What flow is"),
    ]


def test_a_deck_may_begin_empty(api, alice):
    response = api(alice).post(DECKS, {"name": "Later"})
    assert response.status_code == 201
    assert response.json()["cards"] == []
    assert response["Location"].endswith(f"{DECKS}/{response.json()['id']}")


def test_other_members_of_a_card_stay_on_it(api, alice):
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
    ("body", "field", "sentence"),
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
def test_a_wrong_body_is_refused_by_field(api, alice, body, field, sentence):
    response = api(alice).post(DECKS, body)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert sentence in " ".join(response.json()["fields"][field])
    assert api(alice).get(DECKS).json()["results"] == []


def test_decks_are_listed_newest_first_in_pages(api, alice, make_deck):
    names = [make_deck(alice, name=f"Deck {number}")["name"] for number in range(5)]
    page = api(alice).get(DECKS, {"pageSize": 2}).json()
    seen = [deck["name"] for deck in page["results"]]
    while page["next"]:
        page = api(alice).get(page["next"]).json()
        seen += [deck["name"] for deck in page["results"]]
    assert seen == names[::-1]


def test_a_deck_in_a_list_says_how_many_cards_it_has_and_leaves_them_out(api, alice, make_deck):
    make_deck(alice, "ebb", "flow")
    (deck,) = api(alice).get(DECKS).json()["results"]
    assert deck["cardCount"] == 2
    assert "cards" not in deck
    assert "source" not in deck["provenance"]


def test_a_deck_is_renamed(api, alice, make_deck):
    deck = make_deck(alice, "ebb")
    response = api(alice).patch(f"{DECKS}/{deck['id']}", {"name": "  Low water "})
    assert response.status_code == 200
    assert response.json()["name"] == "Low water"
    assert response.json()["updatedAt"] > deck["updatedAt"]


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 201, None])
def test_a_deck_is_not_renamed_to_nothing_or_too_much(api, alice, make_deck, name):
    address = f"{DECKS}/{make_deck(alice)['id']}"
    response = api(alice).patch(address, {"name": name})
    assert response.status_code == 400
    assert response.json()["fields"]["name"]
    assert api(alice).get(address).json()["name"] == "Tides"


def test_a_deleted_deck_is_gone_with_its_cards(api, alice, make_deck):
    deck = make_deck(alice, "ebb")
    assert api(alice).delete(f"{DECKS}/{deck['id']}").status_code == 204
    assert api(alice).get(f"{DECKS}/{deck['id']}").status_code == 404
    assert api(alice).get(f"/api/flashcards/cards/{deck['cards'][0]['id']}").status_code == 404


@pytest.mark.parametrize("decks", [1, 4])
def test_a_page_of_decks_takes_as_many_queries_for_many_as_for_one(
    api, alice, make_deck, django_assert_num_queries, decks
):
    for _ in range(decks):
        make_deck(alice, "ebb", "flow")
    client = api(alice)
    with django_assert_num_queries(2):  # the user, the decks with their counts
        client.get(DECKS)


@pytest.mark.parametrize("fronts", [("ebb",), ("ebb", "flow", "neap", "spring")])
def test_a_deck_takes_as_many_queries_with_many_cards_as_with_one(
    api, alice, make_deck, django_assert_num_queries, fronts
):
    deck = make_deck(alice, *fronts)
    client = api(alice)
    with django_assert_num_queries(3):  # the user, the deck, its cards
        client.get(f"{DECKS}/{deck['id']}")
