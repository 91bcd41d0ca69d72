"""Saving generations in parts, or stopped generations, as one deck with its provenance."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

DECKS = "/api/flashcards/decks"
EBB, FLOW = "Ebb is falling water.", "Flow is rising water."


def save(client, *generations, **members):
    return client.post(
        DECKS, {"generationIds": [str(generation.pk) for generation in generations], **members}
    )


@pytest.fixture
def parts(alice, finished_generation):
    """Two parts of Alice's notes; the second was stopped after its first card."""
    return finished_generation(alice, "ebb", source=EBB), finished_generation(
        alice, "flow", status="cancelled", source=FLOW
    )


def test_parts_are_saved_together_with_the_notes_of_all(api, alice, parts):
    response = save(api(alice), *parts, name="Tides")
    assert response.status_code == 201
    assert [card["front"] for card in response.json()["cards"]] == ["ebb", "flow"]
    provenance = response.json()["provenance"]
    assert provenance["generationIds"] == [str(part.pk) for part in parts]
    assert provenance["modelId"] == "SmolLM2-135M-Instruct-q0f32-MLC"
    assert provenance["source"] == f"{EBB}\n\n{FLOW}"


def test_what_is_shown_is_what_is_saved_with_its_kind_and_its_sentence(api, alice, parts):
    shown = [
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
    cards = save(api(alice), *parts, cards=shown).json()["cards"]
    assert [(card["front"], card["kind"], card["found"], card["sentence"]) for card in cards] == [
        ("Flow is {{c1::rising}} water.", "cloze", True, FLOW),
        ("What is ebb?", "basic", False, ""),
    ]


def test_without_notes_nobody_can_say_that_a_card_was_found(api, alice, finished_generation):
    shown = [
        {
            "front": "ebb",
            "back": "Falling water",
            "found": True,
            "sentence": "Ebb is falling water.",
        }
    ]
    (card,) = save(api(alice), finished_generation(alice, "ebb"), cards=shown).json()["cards"]
    assert (card["found"], card["sentence"]) == (None, "")


def test_saving_the_same_batch_twice_gives_one_deck(api, alice, parts):
    first, second = save(api(alice), *parts, name="Sea"), save(api(alice), *parts, name="Sea")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]


def test_the_same_result_edited_otherwise_is_a_deck_of_its_own(api, alice, parts):
    first = save(api(alice), *parts, name="Sea").json()
    second = save(api(alice), *parts, name="Sea", cards=[{"front": "ebb", "back": "Out it goes"}])
    assert second.status_code == 201
    assert second.json()["id"] != first["id"]
    assert second.json()["provenance"]["generationIds"] == first["provenance"]["generationIds"]
    assert len(api(alice).get(DECKS).json()["results"]) == 2


def test_cards_are_not_compared_with_those_of_a_deck_of_another_name(api, alice, parts):
    save(api(alice), *parts, name="Sea")
    with CaptureQueriesContext(connection) as captured:
        assert save(api(alice), *parts, name="Moon").status_code == 201
    sides = 'SELECT "flashcards_card"."front" AS "front", "flashcards_card"."back" AS "back" FROM'
    assert not [query for query in captured if query["sql"].startswith(sides)]


def test_a_single_generation_that_was_stopped_is_saved_with_its_cards(
    api, alice, finished_generation
):
    stopped = finished_generation(alice, "ebb", status="cancelled")
    assert api(alice).post(DECKS, {"generationId": str(stopped.pk)}).status_code == 201


def test_what_is_still_being_written_is_not_saved(api, alice, finished_generation):
    waiting = finished_generation(alice, "ebb")
    type(waiting).objects.filter(pk=waiting.pk).update(status="queued", finished_at=None, slot=0)
    response = save(api(alice), waiting)
    assert (response.status_code, response.json()["code"]) == (409, "not_finished")


def test_generations_without_a_card_are_no_deck(api, alice, finished_generation):
    response = save(api(alice), finished_generation(alice, status="failed"), name="Empty")
    assert (response.status_code, response.json()["code"]) == (409, "not_finished")


@pytest.mark.parametrize(
    "members",
    [
        {"cards": [{"front": "ebb"}]},
        {"generationIds": ["no id"]},
        {"generationIds": [], "name": ""},
    ],
)
def test_a_wrong_wish_is_refused_by_its_member(api, alice, parts, members):
    response = api(alice).post(
        DECKS, {"generationIds": [str(part.pk) for part in parts], **members}
    )
    assert response.status_code == 400
    assert api(alice).get(DECKS).json()["results"] == []


def test_somebody_elses_part_is_not_there(api, alice, charlie, parts, finished_generation):
    assert save(api(charlie), *parts).status_code == 404
    assert save(api(alice), parts[0], finished_generation(charlie, "mine")).status_code == 404
    assert api(alice).post(DECKS, {"generationIds": [str(uuid.uuid4())]}).status_code == 404
    assert api(alice).get(DECKS).json()["results"] == []


def test_a_card_that_is_edited_later_is_looked_up_in_the_notes_again(api, alice, parts):
    card = {"front": "What is ebb?", "back": "Falling water"}
    (saved,) = save(api(alice), *parts, cards=[card]).json()["cards"]
    assert saved["found"] is True
    address = f"/api/flashcards/cards/{saved['id']}"
    changed = api(alice).patch(address, {"back": "Falling snow"}).json()
    assert (changed["found"], changed["sentence"]) == (False, "")
    assert api(alice).patch(address, {"tags": ["sea"]}).json()["found"] is False
