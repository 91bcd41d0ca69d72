"""Saving a result as a deck, once, with its provenance."""

import threading

import pytest
from django.db import connection

from flashcards.models import Deck
from flashcards.services.decks import deck_save
from sessions_app.models import Generation
from sessions_app.services.generation_kinds import get_kind

DECKS = "/api/flashcards/decks"


def save(client, generation, **fields):
    return client.post(DECKS, {"generationId": str(generation.pk), **fields})


def test_result_is_saved_as_deck_with_provenance(api, alice, finished_generation):
    generation = finished_generation(alice, "ebb", "flow", source="The sea falls and rises.")
    response = save(api(alice), generation)
    assert response.status_code == 201
    assert response.json()["name"] == "Tides"
    assert response.json()["provenance"] == {
        "modelId": "SmolLM2-135M-Instruct-q0f32-MLC",
        "engine": "webllm",
        "promptVersion": "1",
        "generationId": str(generation.pk),
        "generationIds": [str(generation.pk)],
        "topic": "Tides",
        "source": "The sea falls and rises.",
    }
    assert [(card["front"], card["question"]) for card in response.json()["cards"]] == [
        ("ebb", "ebb"),
        ("flow", "flow"),
    ]


def test_result_saved_twice_returns_same_deck(api, alice, finished_generation):
    generation = finished_generation(alice, "ebb")
    first, second = (
        save(api(alice), generation, name="Sea"),
        save(api(alice), generation, name="Other"),
    )
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert len(api(alice).get(DECKS).json()["results"]) == 1


@pytest.mark.django_db(transaction=True)
def test_result_saved_simultaneously_creates_one_deck(alice, finished_generation):
    generation = finished_generation(alice, "ebb", "flow")
    barrier, saved = threading.Barrier(6), []

    def save_after_barrier() -> None:
        barrier.wait(10)
        saved.append(deck_save(user=alice, generation_id=generation.pk))
        connection.close()

    threads = [threading.Thread(target=save_after_barrier) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({deck.pk for deck, _ in saved}) == 1
    assert sorted(is_new for _, is_new in saved) == [False] * 5 + [True]
    assert Deck.objects.get().cards.count() == 2


def test_edited_cards_are_saved_instead_of_generated_cards(api, alice, finished_generation):
    generation = finished_generation(alice, "ebb", "flow")
    body = save(
        api(alice), generation, name="Sea", cards=[{"front": "Ebb?", "back": "Falling"}]
    ).json()
    assert [(card["front"], card["back"]) for card in body["cards"]] == [("Ebb?", "Falling")]
    assert body["provenance"]["generationId"] == str(generation.pk)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_generation_without_result_cannot_be_saved(api, alice, finished_generation, status):
    response = save(api(alice), finished_generation(alice, status=status))
    assert response.status_code == 409
    assert response.json()["code"] == "not_finished"


def test_result_of_other_user_cannot_be_saved(api, alice, charlie, finished_generation):
    assert save(api(charlie), finished_generation(alice, "ebb")).status_code == 404


def test_save_option_creates_deck_when_generation_succeeds(api, alice, finished_generation):
    generation = finished_generation(alice, "ebb", save=True)
    get_kind("flashcards").on_succeeded(generation, generation.options)
    (deck,) = api(alice).get(DECKS).json()["results"]
    assert deck["provenance"]["generationId"] == str(generation.pk)
    assert save(api(alice), generation).json()["id"] == deck["id"]


def test_generation_without_save_option_creates_no_deck(api, alice, finished_generation):
    get_kind("flashcards").on_succeeded(
        finished_generation(alice, "ebb"), {"count": 1, "topic": "Tides"}
    )
    assert api(alice).get(DECKS).json()["results"] == []


def test_deck_is_unchanged_after_its_generation_is_deleted_with_its_session(
    api, alice, finished_generation
):
    generation = finished_generation(alice, "ebb")
    deck = save(api(alice), generation).json()
    generation.session.delete()
    assert not Generation.objects.filter(pk=generation.pk).exists()
    assert api(alice).get(f"{DECKS}/{deck['id']}").json() == deck


def test_too_long_sentence_is_not_stored_on_edited_card(api, alice, finished_generation):
    generation = finished_generation(
        alice, "ebb", source=f"Ebb is falling water {'and more ' * 300}"
    )
    deck = api(alice).post(DECKS, {"generationId": str(generation.pk)}).json()
    card = (
        api(alice)
        .patch(f"/api/flashcards/cards/{deck['cards'][0]['id']}", {"back": "falling water"})
        .json()
    )
    assert (card["found"], card["sentence"]) == (True, "")


def test_cards_made_of_notes_without_model_are_saved_with_notes_and_no_model(api, alice):
    card = {
        "front": "The sea {{c1::rises}} twice a day.",
        "back": "The sea rises twice a day.",
        "kind": "cloze",
        "byRule": True,
    }
    body = {"name": "Tides", "cards": [card], "source": "The sea rises twice a day. It falls, too."}
    response = api(alice).post(DECKS, body)
    assert response.status_code == 201
    provenance = response.json()["provenance"]
    assert (provenance["source"], provenance["modelId"]) == (body["source"], "")
    (saved,) = response.json()["cards"]
    assert (saved["found"], saved["sentence"]) == (True, "The sea rises twice a day.")
    assert saved["byRule"] is True


def test_notes_of_deck_that_are_too_long_are_rejected(api, alice):
    body = {"name": "Tides", "cards": [], "source": "a" * 200_001}
    response = api(alice).post(DECKS, body)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["source"]
