"""Pages and filters of the lists."""

import pytest
from django.utils import timezone

from sessions_app.models import WebLLMSession

SESSIONS = "/api/webllm/session"


def ids(response):
    return [session["sessionId"] for session in response.json()["results"]]


def test_link_header_points_to_next_and_previous_page(alice, api, create_session):
    opened = [create_session(alice)["sessionId"] for _ in range(3)]
    client = api(alice)
    first = client.get(f"{SESSIONS}?pageSize=2")
    address = first["Link"].split(";")[0].strip("<>")
    assert first["Link"].endswith('rel="next"')
    second = client.get(address)
    assert ids(first) + ids(second) == opened[::-1]
    assert second["Link"].endswith('rel="prev"')


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "cursor=cD1ub25zZW5zZQ==",
        "modelId=",
        "pageSize=0",
        "pageSize=101",
        "pageSize=x",
        "status=open",
        "createdFrom=today",
    ],
)
def test_invalid_query_parameter_is_rejected_by_name(alice, api, query):
    response = api(alice).get(f"{SESSIONS}?{query}")
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [query.split("=")[0]]


def test_sessions_can_be_filtered_by_status_model_and_time(alice, api, create_session):
    old, closed, new = (create_session(alice, model)["sessionId"] for model in ("a", "a", "b"))
    client = api(alice)
    client.delete(f"{SESSIONS}/{closed}")
    hour_ago = timezone.now() - timezone.timedelta(hours=1)
    WebLLMSession.objects.filter(pk=old).update(created_at=hour_ago)
    assert ids(client.get(SESSIONS, {"status": "closed"})) == [closed]
    assert ids(client.get(SESSIONS, {"modelId": "b"})) == [new]
    assert ids(
        client.get(SESSIONS, {"createdTo": (hour_ago + timezone.timedelta(minutes=1)).isoformat()})
    ) == [old]
    assert ids(
        client.get(
            SESSIONS, {"createdFrom": (hour_ago + timezone.timedelta(minutes=1)).isoformat()}
        )
    ) == [new, closed]


def test_generations_can_be_filtered_by_status_and_topic(alice, api, create_session):
    address = f"{SESSIONS}/{create_session(alice)['sessionId']}/generations"
    client = api(alice)
    generation_ids = [
        client.post(address, {"prompt": "p", "options": {"topic": topic}}).json()["generationId"]
        for topic in ("Tides", "Winds")
    ]
    client.delete(f"/api/webllm/generations/{generation_ids[1]}")
    results = client.get(address, {"topic": "tide"}).json()["results"]
    assert [generation["generationId"] for generation in results] == [generation_ids[0]]
    results = client.get(address, {"status": "cancelled"}).json()["results"]
    assert [generation["generationId"] for generation in results] == [generation_ids[1]]


def test_decks_can_be_filtered_by_creation_time(alice, api, make_deck):
    deck = make_deck(alice, "ebb")
    client = api(alice)
    assert (
        client.get("/api/flashcards/decks", {"createdTo": deck["createdAt"]}).json()["results"]
        == []
    )
    (listed,) = client.get("/api/flashcards/decks", {"createdFrom": deck["createdAt"]}).json()[
        "results"
    ]
    assert listed["id"] == deck["id"]
