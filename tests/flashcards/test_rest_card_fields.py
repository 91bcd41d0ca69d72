"""The fields `kind`, `tags`, `sentence` and `found` of cards, and the tags of decks, over REST."""

import pytest

from flashcards.services.decks import deck_create_from_generation

DECKS, CARDS = "/api/flashcards/decks", "/api/flashcards/cards"
CLOZE = {"front": "The tide falls at {{c1::ebb::which tide?}}", "back": "ebb", "kind": "cloze"}


@pytest.fixture
def deck(alice, make_deck):
    return make_deck(alice, "ebb", "flow")


def test_card_keeps_kind_tags_sentence_and_found(api, alice, deck):
    card = {**CLOZE, "tags": ["sea"], "sentence": "The tide falls.", "found": True}
    added = api(alice).post(f"{DECKS}/{deck['id']}/cards", card).json()
    assert card.items() <= added.items()
    assert api(alice).get(f"{CARDS}/{added['id']}").json() == added


def test_update_of_card_field_keeps_other_fields(api, alice, deck):
    address = f"{CARDS}/{deck['cards'][0]['id']}"
    api(alice).patch(address, {"tags": ["sea"], "found": False, "sentence": "Water falls."})
    changed = api(alice).patch(address, {"kind": "definition"}).json()
    assert (changed["kind"], changed["tags"], changed["found"], changed["sentence"]) == (
        "definition",
        ["sea"],
        False,
        "Water falls.",
    )


def test_card_tags_are_trimmed_and_deduplicated(api, alice, deck):
    changed = (
        api(alice)
        .patch(f"{CARDS}/{deck['cards'][0]['id']}", {"tags": [" Sea ", "sea", "SEA", "moon"]})
        .json()
    )
    assert changed["tags"] == ["Sea", "moon"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tags": "sea"}, "tags"),
        ({"tags": [1]}, "tags"),
        ({"tags": [" "]}, "tags"),
        ({"tags": ["x" * 61]}, "tags"),
        ({"tags": [f"tag {number}" for number in range(51)]}, "tags"),
        ({"tags": None}, "tags"),
        ({"kind": "riddle"}, "kind"),
        ({"kind": ["basic"]}, "kind"),
        ({"kind": "cloze"}, "front"),
        ({"sentence": 7}, "sentence"),
        ({"sentence": "x" * 2001}, "sentence"),
        ({"found": "yes"}, "found"),
    ],
)
def test_invalid_card_field_is_rejected_by_field_name_and_changes_nothing(
    api, alice, deck, change, field
):
    address = f"{CARDS}/{deck['cards'][0]['id']}"
    for response in (
        api(alice).patch(address, {"back": "other"} | change),
        api(alice).post(f"{DECKS}/{deck['id']}/cards", {"front": "a", "back": "b"} | change),
    ):
        assert response.status_code == 400
        assert list(response.json()["fields"]) == [field]
    assert api(alice).get(f"{DECKS}/{deck['id']}").json() == deck


def test_cloze_card_update_without_gap_is_rejected(api, alice, deck):
    card = api(alice).post(f"{DECKS}/{deck['id']}/cards", CLOZE).json()
    response = api(alice).patch(f"{CARDS}/{card['id']}", {"front": "The tide falls at ebb"})
    assert response.status_code == 400
    assert "{{c1::" in response.json()["fields"]["front"][0]


def test_new_deck_with_invalid_card_is_rejected_with_card_number(api, alice):
    cards = [{"front": "a", "back": "b"}, {"front": "c", "back": "d", "tags": ["x" * 61]}]
    response = api(alice).post(DECKS, {"name": "Tides", "cards": cards})
    assert response.status_code == 400
    assert response.json()["fields"]["cards"][0].startswith("Card 2: A tag has 1 to 60")


def test_invalid_fields_of_generated_card_are_replaced_by_defaults(api, alice, finished_generation):
    generation = finished_generation(alice, "ebb", "flow")
    generation.cards[0] |= {
        "kind": "cloze",
        "tags": ["sea", 7, "x" * 61],
        "found": "yes",
        "sentence": 3,
    }
    generation.cards[1] |= {
        "kind": "definition",
        "tags": ["sea"],
        "found": True,
        "sentence": "Water rises.",
    }
    deck, _ = deck_create_from_generation(generation=generation)
    first, second = api(alice).get(f"{DECKS}/{deck.pk}").json()["cards"]
    assert [first[name] for name in ("kind", "tags", "found", "sentence")] == [
        "basic",
        ["sea"],
        None,
        "",
    ]
    assert [second[name] for name in ("kind", "tags", "found", "sentence")] == [
        "definition",
        ["sea"],
        True,
        "Water rises.",
    ]


def test_deck_tags_are_stored_updated_and_listed(api, alice):
    deck = api(alice).post(DECKS, {"name": "Tides", "tags": ["sea", "Sea"]}).json()
    assert deck["tags"] == ["sea"]
    changed = api(alice).patch(f"{DECKS}/{deck['id']}", {"tags": ["moon "]}).json()
    assert (changed["name"], changed["tags"]) == ("Tides", ["moon"])
    assert api(alice).get(DECKS).json()["results"][0]["tags"] == ["moon"]


@pytest.mark.parametrize("tags", ["sea", [""], ["x" * 61], [None]])
def test_invalid_deck_tags_are_rejected(api, alice, deck, tags):
    response = api(alice).patch(f"{DECKS}/{deck['id']}", {"tags": tags})
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["tags"]
