"""Adding, editing and deleting cards over REST."""

import pytest

DECKS, CARDS = "/api/flashcards/decks", "/api/flashcards/cards"


@pytest.fixture
def deck(alice, make_deck):
    return make_deck(alice, "ebb", "flow")


def add(client, deck, **card):
    return client.post(f"{DECKS}/{deck['id']}/cards", card)


def test_new_card_gets_last_position_and_default_fields(api, alice, deck):
    response = add(api(alice), deck, front="neap", back="A weak tide", tags=["sea"])
    assert response.status_code == 201
    other_fields = {"position": 3, "kind": "basic", "tags": ["sea"], "sentence": "", "found": None}
    assert response.json() | {"id": ""} == {
        "id": "",
        "front": "neap",
        "back": "A weak tide",
        **other_fields,
    }
    assert api(alice).get(f"{DECKS}/{deck['id']}").json()["cardCount"] == 3


def test_position_is_not_assigned_twice_after_card_is_deleted(api, alice, deck):
    api(alice).delete(f"{CARDS}/{deck['cards'][0]['id']}")
    assert add(api(alice), deck, front="neap", back="x").json()["position"] == 3


def test_card_is_accepted_as_question_and_answer(api, alice, deck):
    card = add(api(alice), deck, question="What is neap?", answer="A weak tide").json()
    assert (card["front"], card["back"], card["question"]) == (
        "What is neap?",
        "A weak tide",
        "What is neap?",
    )


@pytest.mark.parametrize(
    ("card", "field"),
    [
        ({}, "front"),
        ({"front": "neap"}, "back"),
        ({"front": "", "back": "x"}, "front"),
        ({"front": "neap", "back": "\0 \u200b"}, "back"),
        ({"front": "x" * 2001, "back": "x"}, "front"),
        ({"front": {"text": "neap"}, "back": "x"}, "front"),
    ],
)
def test_card_with_invalid_side_is_rejected_by_field_name(api, alice, deck, card, field):
    response = add(api(alice), deck, **card)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]


@pytest.mark.parametrize("body", [[], [{"front": "a", "back": "b"}], "text", 1])
def test_card_body_that_is_not_an_object_is_rejected(api, alice, deck, body):
    assert api(alice).post(f"{DECKS}/{deck['id']}/cards", body).status_code == 400
    assert api(alice).patch(f"{CARDS}/{deck['cards'][0]['id']}", body).status_code == 400


def test_card_update_keeps_omitted_fields(api, alice, deck):
    address = f"{CARDS}/{add(api(alice), deck, front='neap', back='x', hint='moon').json()['id']}"
    changed = api(alice).patch(address, {"back": " A weak tide "}).json()
    assert (changed["front"], changed["back"], changed["hint"]) == ("neap", "A weak tide", "moon")
    assert api(alice).get(address).json() == changed


def test_question_follows_front_when_front_is_updated(api, alice, deck):
    card = add(api(alice), deck, question="What is neap?", answer="x").json()
    changed = api(alice).patch(f"{CARDS}/{card['id']}", {"front": "What is a neap tide?"}).json()
    assert changed["question"] == "What is a neap tide?"
    assert changed["answer"] == "x"


def test_empty_front_is_rejected_if_card_has_question(api, alice, deck):
    card = add(api(alice), deck, question="What is neap?", answer="x").json()
    response = api(alice).patch(f"{CARDS}/{card['id']}", {"front": ""})
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["front"]


def test_id_position_and_creation_time_of_card_are_read_only(api, alice, deck):
    card = deck["cards"][0]
    changed = (
        api(alice)
        .patch(
            f"{CARDS}/{card['id']}",
            {"id": "x", "position": 99, "createdAt": "now", "front": "ebb tide"},
        )
        .json()
    )
    assert changed == card | {"front": "ebb tide"}


def test_card_update_changes_update_time_of_its_deck(api, alice, deck):
    api(alice).patch(f"{CARDS}/{deck['cards'][0]['id']}", {"front": "ebb tide"})
    assert api(alice).get(f"{DECKS}/{deck['id']}").json()["updatedAt"] > deck["updatedAt"]


def test_card_is_deleted_alone_and_repeated_delete_returns_404(api, alice, deck):
    assert api(alice).delete(f"{CARDS}/{deck['cards'][0]['id']}").status_code == 204
    assert [card["front"] for card in api(alice).get(f"{DECKS}/{deck['id']}").json()["cards"]] == [
        "flow"
    ]
    assert api(alice).delete(f"{CARDS}/{deck['cards'][0]['id']}").status_code == 404


def test_new_card_is_rejected_if_deck_is_full(api, alice):
    cards = [{"front": f"front {number}", "back": "x"} for number in range(2000)]
    full = api(alice).post(DECKS, {"name": "Full", "cards": cards}).json()
    response = add(api(alice), full, front="one more", back="x")
    assert response.status_code == 409
    assert response.json()["code"] == "deck_full"


def test_cards_of_deck_are_paginated(api, alice, deck):
    page = api(alice).get(f"{DECKS}/{deck['id']}/cards", {"pageSize": 1}).json()
    assert [card["front"] for card in page["results"]] == ["ebb"]
    assert [card["front"] for card in api(alice).get(page["next"]).json()["results"]] == ["flow"]


def test_html_and_formulas_in_cards_are_stored_unchanged(api, alice, deck):
    hostile = "<script>alert(1)</script>"
    card = add(api(alice), deck, front=hostile, back="=1+1").json()
    assert (card["front"], card["back"]) == (hostile, "=1+1")
