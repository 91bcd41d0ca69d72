"""The fates of generated cards, counted when their batch is saved as a deck or discarded."""

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from flashcards.models import CardFates
from flashcards.services.drafts import drafts_delete_old
from flashcards.services.fates import SITE_DAYS, fates_of_site
from sessions_app.models import Generation

DECKS = "/api/flashcards/decks"
DRAFTS = "/api/flashcards/drafts"
PROGRESS = "/api/flashcards/study/progress"
MODEL = "SmolLM2-135M-Instruct-q0f32-MLC"
NOTES = "Ebb is falling water."
INSTANT = {"front": "{{c1::Ebb}} is falling water.", "back": NOTES, "kind": "cloze", "byRule": True}
OTHER_INSTANT = INSTANT | {"front": "Ebb is {{c1::falling}} water."}


@pytest.fixture
def generation(alice, finished_generation) -> Generation:
    """Return a generation of Alice with the cards ebb, flow, tide and moon, which have IDs."""
    generation = finished_generation(alice, "ebb", "flow", "tide", "moon", source=NOTES)
    generation.cards = [card | {"id": card["front"]} for card in generation.cards]
    generation.save(update_fields=["cards"])
    return generation


@pytest.fixture
def address() -> str:
    return f"{DRAFTS}/{uuid.uuid4()}"


def fates_of(client):
    """Return the numbers that are not zero, by model."""
    rows = client.get(PROGRESS).json()["generatedCards"]
    names = ("kept", "edited", "regenerated", "discarded")
    return {row["modelId"]: {name: row[name] for name in names if row[name]} for row in rows}


def save(client, generation, **fields):
    body = {"generationIds": [str(generation.pk)], "name": "Tides", **fields}
    response = client.post(DECKS, body)
    assert response.status_code in (200, 201), response.json()
    return response


def store(client, address, *generations, **fields):
    ids = [str(generation.pk) for generation in generations]
    body = {"version": 0, "topic": "Tides", "generationIds": ids, **fields}
    assert client.put(address, body).status_code in (200, 201)


def edited_cards(generation):
    """Return the cards after the user kept ebb, edited flow, and replaced or discarded the rest."""
    ebb, flow, *_ = generation.cards
    return [ebb, flow | {"back": "Rising water"}]


def test_cards_of_saved_batch_are_counted_by_fate(alice, api, generation):
    client = api(alice)
    save(client, generation, cards=edited_cards(generation), fates={"regenerated": ["tide"]})
    assert client.get(PROGRESS).json()["generatedCards"] == [
        {
            "modelId": MODEL,
            "promptVersion": "1",
            "kind": "basic",
            "kept": 1,
            "edited": 1,
            "regenerated": 1,
            "discarded": 1,
        }
    ]


@pytest.mark.parametrize("field", ["generationId", "generationIds"])
def test_generation_saved_without_cards_is_kept(alice, api, generation, field):
    pk = str(generation.pk)
    api(alice).post(DECKS, {field: [pk] if field == "generationIds" else pk})
    assert fates_of(api(alice)) == {MODEL: {"kept": 4}}


def test_cards_are_counted_by_kind(alice, api, generation):
    generation.cards[0]["kind"] = "cloze"
    generation.save(update_fields=["cards"])
    save(api(alice), generation)
    rows = api(alice).get(PROGRESS).json()["generatedCards"]
    assert [(row["kind"], row["kept"]) for row in rows] == [("basic", 3), ("cloze", 1)]


def test_batch_saved_again_is_counted_once(alice, api, generation):
    client, key = api(alice), {"HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())}
    body = {"generationIds": [str(generation.pk)], "name": "Tides"}
    for headers in (key, key, {}):
        assert client.post(DECKS, body, **headers).status_code in (200, 201)
    assert fates_of(client) == {MODEL: {"kept": 4}}


def test_batch_saved_as_another_deck_has_fates_of_last_one(alice, api, generation):
    client = api(alice)
    save(client, generation)
    save(client, generation, name="Short", cards=generation.cards[:1])
    assert fates_of(client) == {MODEL: {"kept": 1, "discarded": 3}}


def test_rejected_deck_is_not_counted(alice, api, generation):
    body = {"generationIds": [str(generation.pk)], "cards": [{"front": "ebb", "back": ""}]}
    assert api(alice).post(DECKS, body).status_code == 400
    assert not CardFates.objects.exists()


def test_deck_made_by_hand_is_not_counted(alice, api):
    api(alice).post(DECKS, {"name": "Mine", "cards": [INSTANT]})
    assert fates_of(api(alice)) == {}


def test_cards_of_discarded_draft_are_discarded_or_regenerated(alice, api, generation, address):
    client = api(alice)
    store(client, address, generation, record={"fates": {"regenerated": ["tide"]}})
    assert fates_of(client) == {}
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404
    assert fates_of(client) == {MODEL: {"regenerated": 1, "discarded": 3}}


def test_draft_stored_again_after_discarding_is_no_longer_counted(alice, api, generation, address):
    client = api(alice)
    for _ in range(2):
        store(client, address, generation, cards=[INSTANT])
        client.delete(address)
    assert fates_of(client) == {MODEL: {"discarded": 4}, "": {"discarded": 1}}
    store(client, address, generation, cards=[INSTANT])
    assert fates_of(client) == {}


def test_discarding_another_copy_of_saved_cards_changes_nothing(alice, api, generation, address):
    client = api(alice)
    store(client, address, generation)
    save(client, generation, draftId=str(uuid.uuid4()))
    client.delete(address)
    store(client, address, generation)
    assert fates_of(client) == {MODEL: {"kept": 4}}


def test_saving_another_copy_of_discarded_cards_counts_as_saved(alice, api, generation, address):
    client = api(alice)
    store(client, address, generation)
    client.delete(address)
    save(client, generation, cards=generation.cards[:3])
    assert fates_of(client) == {MODEL: {"kept": 3, "discarded": 1}}


@pytest.mark.parametrize(
    "fates", ["", [], {"regenerated": "tide"}, {"regenerated": [None, {}], "instantEdited": "x"}]
)
def test_draft_with_other_record_is_discarded(alice, api, generation, address, fates):
    client = api(alice)
    store(client, address, generation, record={"fates": fates})
    assert client.delete(address).status_code == 204
    assert fates_of(client) == {MODEL: {"discarded": 4}}


@pytest.mark.parametrize(
    "fates",
    [
        {"regenerated": "tide"},
        {"regenerated": ["x" * 65]},
        {"instantEdited": -1},
        {"instantEdited": "x"},
        5,
    ],
)
def test_invalid_fates_are_rejected_by_name(alice, api, generation, fates):
    response = api(alice).post(DECKS, {"generationIds": [str(generation.pk)], "fates": fates})
    assert (response.status_code, list(response.json()["fields"])) == (400, ["fates"])
    assert not CardFates.objects.exists()


def test_generated_cards_are_discarded_if_only_instant_cards_of_draft_are_saved(
    alice, api, generation, address
):
    client = api(alice)
    store(client, address, generation)
    draft_id = address.rsplit("/", 1)[-1]
    body = {"name": "Tides", "cards": [INSTANT], "source": NOTES, "draftId": draft_id}
    assert client.post(DECKS, body).status_code == 201
    assert fates_of(client) == {MODEL: {"discarded": 4}, "": {"kept": 1}}
    assert client.get(address).status_code == 404


def test_draft_of_another_user_is_neither_counted_nor_deleted(alice, bob, api, generation, address):
    store(api(alice), address, generation)
    draft_id = address.rsplit("/", 1)[-1]
    body = {"name": "Tides", "cards": [INSTANT], "source": NOTES, "draftId": draft_id}
    assert api(bob).post(DECKS, body).status_code == 201
    assert fates_of(api(bob)) == {"": {"kept": 1}}
    assert api(alice).get(address).status_code == 200


def test_expired_draft_is_not_counted(alice, api, generation, address):
    store(api(alice), address, generation)
    assert drafts_delete_old(now=timezone.now() + timedelta(days=400)) == 1
    assert fates_of(api(alice)) == {}


def test_instant_cards_are_counted_without_model(alice, api):
    body = {
        "name": "Tides",
        "cards": [INSTANT, OTHER_INSTANT],
        "source": NOTES,
        "draftId": str(uuid.uuid4()),
        "fates": {"instantEdited": 1, "instantDiscarded": 2, "instantRegenerated": 1},
    }
    for _ in range(2):  # without an idempotency key, this creates two decks
        assert api(alice).post(DECKS, body).status_code == 201
    (row,) = api(alice).get(PROGRESS).json()["generatedCards"]
    assert (row["modelId"], row["promptVersion"], row["kind"]) == ("", "", "cloze")
    assert fates_of(api(alice)) == {"": {"kept": 1, "edited": 1, "regenerated": 1, "discarded": 2}}


def test_users_see_only_fates_of_their_own_cards(alice, bob, charlie, api, finished_generation):
    for user, fronts in ((alice, ["ebb"]), (bob, ["flow", "tide"])):
        save(api(user), finished_generation(user, *fronts))
    assert fates_of(api(bob)) == {MODEL: {"kept": 2}}
    assert fates_of(api(charlie)) == {}


def test_discarded_draft_does_not_count_generation_of_another_user(bob, api, generation, address):
    store(api(bob), address, generation)
    api(bob).delete(address)
    assert not CardFates.objects.exists()


def test_site_counts_cards_of_all_users_in_last_days(alice, bob, api, finished_generation):
    for user in (alice, bob):
        save(api(user), finished_generation(user, "ebb"))
    now = timezone.now()
    (row,) = fates_of_site(now=now)
    assert (row.model_id, row.kept, row.total) == (MODEL, 2, 2)
    assert fates_of_site(now=now + timedelta(days=SITE_DAYS + 1)) == []


def test_progress_page_shows_shares_in_table(alice, api, password, generation):
    save(api(alice), generation, cards=edited_cards(generation)[:1])
    client = Client(HTTP_HOST="localhost")
    assert client.login(username=alice.username, password=password)
    cells = Counter(client.get("/progress").content.decode().replace("\n", "").split("<td>"))
    for text in ("1 (25%)</td>", "3 (75%)</td>"):
        assert any(cell.startswith(text) for cell in cells), text


def test_overview_shows_numbers_without_names_of_users(alice, api, admin_client, generation):
    save(api(alice), generation)
    page = admin_client.get("/admin/", follow=True).content.decode()
    assert MODEL in page
    assert "4 (100%)" in page
    assert alice.username not in page
