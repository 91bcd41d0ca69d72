"""Saving generations in parts, or stopped generations, as one deck with its provenance."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

DECKS = "/api/flashcards/decks"
EBB, FLOW = "Ebb is falling water.", "Flow is rising water."


def save(client, *generations, **fields):
    return client.post(
        DECKS, {"generationIds": [str(generation.pk) for generation in generations], **fields}
    )


@pytest.fixture
def parts(alice, finished_generation):
    """Return two parts of Alice's notes. The second was stopped after its first card."""
    return finished_generation(alice, "ebb", source=EBB), finished_generation(
        alice, "flow", status="cancelled", source=FLOW
    )


def test_generations_of_batch_are_saved_as_one_deck_with_all_their_sources(api, alice, parts):
    response = save(api(alice), *parts, name="Tides")
    assert response.status_code == 201
    assert [card["front"] for card in response.json()["cards"]] == ["ebb", "flow"]
    provenance = response.json()["provenance"]
    assert provenance["generationIds"] == [str(part.pk) for part in parts]
    assert provenance["modelId"] == "SmolLM2-135M-Instruct-q0f32-MLC"
    assert provenance["source"] == f"{EBB}\n\n{FLOW}"


def test_submitted_cards_are_saved_with_kind_and_sentence_from_source(api, alice, parts):
    submitted = [
        {
            "front": "Flow is {{c1::rising}} water.",
            "back": "Flow is rising water.",
            "kind": "cloze",
        },
        {
            "front": "What is ebb?",
            "back": "Falling snow",
            "found": True,
            "sentence": "Ebb is falling snow.",
        },
    ]
    cards = save(api(alice), *parts, cards=submitted).json()["cards"]
    assert [(card["front"], card["kind"], card["found"], card["sentence"]) for card in cards] == [
        ("Flow is {{c1::rising}} water.", "cloze", True, FLOW),
        ("What is ebb?", "basic", False, ""),
    ]


def test_found_and_sentence_of_card_are_discarded_without_source(api, alice, finished_generation):
    submitted = [
        {
            "front": "ebb",
            "back": "Falling water",
            "found": True,
            "sentence": "Ebb is falling water.",
        }
    ]
    (card,) = save(api(alice), finished_generation(alice, "ebb"), cards=submitted).json()["cards"]
    assert (card["found"], card["sentence"]) == (None, "")


def test_batch_saved_twice_returns_same_deck(api, alice, parts):
    first, second = save(api(alice), *parts, name="Sea"), save(api(alice), *parts, name="Sea")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]


def test_result_saved_with_other_cards_creates_second_deck(api, alice, parts):
    first = save(api(alice), *parts, name="Sea").json()
    second = save(api(alice), *parts, name="Sea", cards=[{"front": "ebb", "back": "Out it goes"}])
    assert second.status_code == 201
    assert second.json()["id"] != first["id"]
    assert second.json()["provenance"]["generationIds"] == first["provenance"]["generationIds"]
    assert len(api(alice).get(DECKS).json()["results"]) == 2


def test_saved_cards_are_not_compared_with_deck_of_other_name(api, alice, parts):
    save(api(alice), *parts, name="Sea")
    with CaptureQueriesContext(connection) as captured:
        assert save(api(alice), *parts, name="Moon").status_code == 201
    select_sides = (
        'SELECT "flashcards_card"."front" AS "front", "flashcards_card"."back" AS "back" FROM'
    )
    assert not [query for query in captured if query["sql"].startswith(select_sides)]


def test_single_stopped_generation_is_saved_with_its_cards(api, alice, finished_generation):
    stopped_generation = finished_generation(alice, "ebb", status="cancelled")
    response = api(alice).post(DECKS, {"generationId": str(stopped_generation.pk)})
    assert response.status_code == 201
    deck = api(alice).get(f"{DECKS}/{response.json()['id']}").json()
    assert [(card["front"], card["back"]) for card in deck["cards"]] == [("ebb", "What ebb is")]
    assert deck["provenance"]["generationId"] == str(stopped_generation.pk)


def test_queued_generation_cannot_be_saved(api, alice, finished_generation):
    queued_generation = finished_generation(alice, "ebb")
    type(queued_generation).objects.filter(pk=queued_generation.pk).update(
        status="queued", finished_at=None, slot=0
    )
    response = save(api(alice), queued_generation)
    assert (response.status_code, response.json()["code"]) == (409, "not_finished")


def test_failed_generation_without_cards_cannot_be_saved(api, alice, finished_generation):
    response = save(api(alice), finished_generation(alice, status="failed"), name="Empty")
    assert (response.status_code, response.json()["code"]) == (409, "not_finished")


@pytest.mark.parametrize(
    ("fields", "rejected"),
    [
        ({"cards": [{"front": "ebb"}]}, "cards"),
        ({"generationIds": ["no id"]}, "generationIds"),
        ({"generationIds": [], "name": ""}, "name"),
    ],
)
def test_invalid_save_request_is_rejected_by_field_name_and_creates_no_deck(
    api, alice, parts, fields, rejected
):
    response = api(alice).post(DECKS, {"generationIds": [str(part.pk) for part in parts], **fields})
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [rejected]
    assert api(alice).get(DECKS).json()["results"] == []


def test_generations_of_other_users_and_unknown_generations_cannot_be_saved(
    api, alice, charlie, parts, finished_generation
):
    assert save(api(charlie), *parts).status_code == 404
    assert save(api(alice), parts[0], finished_generation(charlie, "mine")).status_code == 404
    assert api(alice).post(DECKS, {"generationIds": [str(uuid.uuid4())]}).status_code == 404
    assert api(alice).get(DECKS).json()["results"] == []


def test_found_is_updated_when_back_of_saved_card_is_edited(api, alice, parts):
    card = {"front": "What is ebb?", "back": "Falling water"}
    (saved,) = save(api(alice), *parts, cards=[card]).json()["cards"]
    assert saved["found"] is True
    address = f"/api/flashcards/cards/{saved['id']}"
    changed = api(alice).patch(address, {"back": "Falling snow"}).json()
    assert (changed["found"], changed["sentence"]) == (False, "")
    assert api(alice).patch(address, {"tags": ["sea"]}).json()["found"] is False
