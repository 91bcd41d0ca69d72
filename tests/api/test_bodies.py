"""JSON bodies with a wrong type are rejected with the field's name, and nothing is written."""

import pytest

SESSIONS, DECKS, CARDS = "/api/webllm/session", "/api/flashcards/decks", "/api/flashcards/cards"
SETTINGS, PASSWORD = "/api/flashcards/study/settings", "/api/account/password"


@pytest.mark.parametrize(
    ("method", "address", "body", "field"),
    [
        ("post", SESSIONS, {"modelId": 7}, "modelId"),
        ("post", DECKS, {"name": 7}, "name"),
        ("post", DECKS, {"name": "Tides", "tags": [7]}, "tags"),
        ("post", DECKS, {"name": "Tides", "cards": [{"front": 7, "back": "b"}]}, "cards"),
        ("post", DECKS, {"name": "Tides", "cards": [["a", "b"]]}, "cards"),
        ("post", DECKS, {"generationId": 7}, "generationId"),
        ("post", DECKS, {"generationIds": [True]}, "generationIds"),
        ("patch", f"{DECKS}/DECK", {"name": True}, "name"),
        ("patch", f"{DECKS}/DECK", {"tags": "sea"}, "tags"),
        ("post", f"{DECKS}/DECK/cards", {"front": 7, "back": "b"}, "front"),
        ("post", f"{DECKS}/DECK/merge", {"into": 7}, "into"),
        ("patch", f"{CARDS}/CARD", {"back": None}, "back"),
        ("post", f"{CARDS}/bulk-tag", {"cards": ["CARD"], "add": [7]}, "add"),
        ("post", f"{CARDS}/bulk-delete", {"cards": [7]}, "cards"),
        ("patch", SETTINGS, {"newPerDay": "7"}, "newPerDay"),
        ("patch", SETTINGS, {"newPerDay": True}, "newPerDay"),
        ("patch", SETTINGS, {"desiredRetention": "0.9"}, "desiredRetention"),
        ("patch", SETTINGS, {"timeZone": 7}, "timeZone"),
        ("post", PASSWORD, {"password": 7, "newPassword": "battery staple horse"}, "password"),
    ],
)
def test_field_of_wrong_type_is_rejected_and_nothing_is_stored(
    alice, api, make_deck, method, address, body, field
):
    deck = make_deck(alice, "ebb")
    ids = {"DECK": deck["id"], "CARD": deck["cards"][0]["id"]}
    body = {name: [ids["CARD"]] if value == ["CARD"] else value for name, value in body.items()}
    for name, value in ids.items():
        address = address.replace(name, value)
    response = getattr(api(alice), method)(address, body)
    assert response.status_code == 400, response.content
    assert list(response.json()["fields"]) == [field]
    assert api(alice).get(f"{DECKS}/{deck['id']}").json() == deck
    assert len(api(alice).get(DECKS).json()["results"]) == 1


def test_integer_field_accepts_float_without_fraction(alice, api):
    assert api(alice).patch(SETTINGS, {"newPerDay": 7.0}).json()["newPerDay"] == 7


def test_number_fields_accept_text_in_form_data(alice, api):
    response = api(alice).patch(
        SETTINGS, {"newPerDay": "7", "desiredRetention": "0.8"}, format="multipart"
    )
    assert (response.json()["newPerDay"], response.json()["desiredRetention"]) == (7, 0.8)
