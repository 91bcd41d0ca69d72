"""Unsaved cards: each user's own, stored in versions, listed until they are saved or discarded."""

import json
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from flashcards.models import DraftBatch
from flashcards.services import drafts as services
from sessions_app.models import Generation, WebLLMSession

DRAFTS = "/api/flashcards/drafts"
DECKS = "/api/flashcards/decks"
CARDS = [
    {"id": "a", "front": "ebb", "back": "falling tide"},
    {"id": "b", "front": "flow", "back": "rising tide"},
]
BODY = {"version": 0, "topic": "Tides", "cards": CARDS, "record": {"state": "done"}}


@pytest.fixture
def address() -> str:
    return f"{DRAFTS}/{uuid.uuid4()}"


def create_generation(user, cards=(), **columns):
    session = WebLLMSession.objects.create(user=user, model_id="m")
    outcome = {"status": "succeeded", "finished_at": timezone.now()}
    return Generation.objects.create(
        session=session, user=user, kind="flashcards", prompt="p", prompt_version="1",
        options={"topic": "Tides", "count": 3}, result_key="0" * 64, cards=list(cards),
        **(outcome | columns),
    )  # fmt: skip


def test_stored_draft_is_listed_and_read_on_another_device(alice, api, address):
    assert api(alice).put(address, BODY).status_code == 201
    other_device = api(alice)
    (listed,) = other_device.get(DRAFTS).json()["results"]
    assert (listed["topic"], listed["cardCount"], listed["version"]) == ("Tides", 2, 1)
    read = other_device.get(address).json()
    assert (read["cards"], read["record"]) == (CARDS, {"state": "done"})
    created, expires = (read[name][:10] for name in ("createdAt", "expiresAt"))
    assert created < expires


def test_drafts_of_others_are_neither_listed_nor_found_nor_replaced(
    alice, bob, charlie, api, address
):
    api(alice).put(address, BODY)
    for user in (bob, charlie):
        client = api(user)
        assert client.get(DRAFTS).json()["results"] == []
        for version in (0, 1):
            assert client.put(address, BODY | {"version": version}).status_code == 404
        assert client.get(address).status_code == 404
        assert client.delete(address).status_code == 404
    assert api(alice).get(address).json()["version"] == 1
    assert DraftBatch.objects.count() == 1


def test_draft_of_older_version_does_not_overwrite_newer_one(alice, api, address):
    client = api(alice)
    client.put(address, BODY)
    assert client.put(address, BODY | {"version": 1, "cards": CARDS[:1]}).status_code == 200
    stale = client.put(address, BODY | {"version": 1, "topic": "Ebb"})
    assert (stale.status_code, stale.json()["code"]) == (409, "draft_changed")
    draft = client.get(address).json()
    assert (draft["version"], draft["topic"], len(draft["cards"])) == (2, "Tides", 1)


@pytest.mark.parametrize("version", [0, 1])
def test_repeated_request_after_lost_response_has_no_effect(alice, api, address, version):
    client = api(alice)
    client.put(address, BODY)
    for _ in range(2):
        response = client.put(address, BODY | {"version": version, "topic": "Tides"})
        assert (response.status_code, response.json()["version"]) == (200, version + 1)


def test_deleted_draft_is_not_found_and_can_be_created_again(alice, api, address):
    client = api(alice)
    client.put(address, BODY)
    assert client.delete(address).status_code == 204
    assert client.put(address, BODY | {"version": 1}).status_code == 404
    assert client.put(address, BODY).status_code == 201


def test_saving_deck_deletes_only_its_draft(alice, bob, api, address):
    client, other = api(alice), f"{DRAFTS}/{uuid.uuid4()}"
    for draft in (address, other):
        client.put(draft, BODY)
    body = {"name": "Tides", "cards": CARDS, "draftId": address.rsplit("/", 1)[1]}
    assert api(bob).post(DECKS, body).status_code == 201
    assert len(client.get(DRAFTS).json()["results"]) == 2
    assert client.post(DECKS, body).status_code == 201
    assert [f"{DRAFTS}/{row['id']}" for row in client.get(DRAFTS).json()["results"]] == [other]


def test_saving_generation_without_draft_id_deletes_draft_with_it(alice, api, address):
    client, generation = api(alice), create_generation(alice, CARDS)
    client.put(address, BODY | {"generationIds": [str(generation.pk)]})
    client.post(DECKS, {"generationId": str(generation.pk)})
    assert client.get(DRAFTS).json()["results"] == []


def test_cards_that_arrive_after_page_was_closed_are_added_except_discarded_ones(
    alice, api, address
):
    client, generation = api(alice), create_generation(alice, status="queued", finished_at=None)
    record = {"dropped": ["c"]}
    body = BODY | {"generationIds": [str(generation.pk)], "record": record}
    client.put(address, body | {"cards": CARDS[:1]})
    late = [*CARDS, {"id": "c", "front": "moon", "back": "causes tides"}]
    Generation.objects.filter(pk=generation.pk).update(
        cards=late, status="succeeded", finished_at=timezone.now()
    )
    assert client.get(DRAFTS).json()["results"][0]["cardCount"] == 2
    assert client.get(address).json()["cards"] == [
        CARDS[0],
        CARDS[1] | {"generationId": str(generation.pk)},
    ]


def test_cards_of_generation_that_ended_before_last_change_are_not_added(alice, api, address):
    earlier = timezone.now() - timedelta(minutes=1)
    generation = create_generation(alice, CARDS, finished_at=earlier)
    client = api(alice)
    client.put(address, BODY | {"cards": [], "generationIds": [str(generation.pk)]})
    assert client.get(address).json()["cards"] == []


def test_cards_of_another_users_generation_are_not_added(alice, bob, api, address):
    generation = create_generation(bob, CARDS)
    client = api(alice)
    client.put(address, BODY | {"cards": [], "generationIds": [str(generation.pk)]})
    assert client.get(address).json()["cards"] == []
    assert client.get(DRAFTS).json()["results"][0]["cardCount"] == 0


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"version": -1}, "version"),
        ({"version": "1"}, "version"),
        ({"topic": "x" * 201}, "topic"),
        ({"cards": [{"front": "a"}]}, "cards"),
        ({"cards": [{"front": "a", "back": 1}]}, "cards"),
        ({"cards": {"front": "a", "back": "b"}}, "cards"),
        ({"generationIds": ["x"]}, "generationIds"),
        ({"record": []}, "record"),
        ({"record": {"source": "x" * services.MAX_BYTES}}, "record"),
    ],
)
def test_invalid_draft_is_rejected_and_not_stored(alice, api, address, fields, name):
    response = api(alice).put(address, BODY | fields)
    assert (response.status_code, list(response.json()["fields"])) == (400, [name])
    assert not DraftBatch.objects.exists()


def test_characters_that_cannot_be_stored_are_dropped(alice, api, address):
    body = json.dumps(BODY | {"record": {"name": "Ti\0des \ud800"}})
    response = api(alice).put(address, body, content_type="application/json")
    assert response.status_code == 201
    assert api(alice).get(address).json()["record"] == {"name": "Tides "}


def test_user_with_maximum_of_drafts_is_told_to_save_some(alice, bob, api, address):
    DraftBatch.objects.bulk_create(
        DraftBatch(pk=uuid.uuid4(), user=alice) for _ in range(services.MAX_DRAFTS)
    )
    full = api(alice).put(address, BODY)
    assert (full.status_code, full.json()["code"]) == (409, "too_many_drafts")
    assert "Save or discard" in full.json()["error"]
    assert api(bob).put(address, BODY).status_code == 201


def test_old_drafts_are_deleted_after_their_last_change(alice, api, address):
    api(alice).put(address, BODY)
    days = timedelta(days=settings.DRAFT_RETENTION_DAYS)
    assert services.drafts_delete_old(now=timezone.now() + days - timedelta(hours=1)) == 0
    for count in (1, 0):
        assert services.drafts_delete_old(now=timezone.now() + days + timedelta(hours=1)) == count
    assert not DraftBatch.objects.exists()


def count_queries(client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(DRAFTS).status_code == 200
    return len([query for query in queries if "SAVEPOINT" not in query["sql"]])


def test_list_executes_same_number_of_queries_for_any_number_of_drafts(alice, api):
    client = api(alice)
    counts = []
    for _ in range(2):
        for _ in range(5):
            generation = create_generation(alice, CARDS)
            body = BODY | {"generationIds": [str(generation.pk)]}
            client.put(f"{DRAFTS}/{uuid.uuid4()}", body)
        counts.append(count_queries(client))
    assert counts[0] == counts[1]
