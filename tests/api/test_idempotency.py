"""Idempotency-Key: a request that is sent twice is executed once."""

import pytest

SESSIONS, DECKS = "/api/webllm/session", "/api/flashcards/decks"


@pytest.mark.parametrize(
    ("address", "body", "id_field", "second_status"),
    [
        (SESSIONS, {"modelId": "m"}, "sessionId", 201),
        (DECKS, {"name": "Tides", "cards": [{"front": "ebb", "back": "falling"}]}, "id", 200),
    ],
)
def test_repeated_request_with_same_key_creates_one_object(
    alice, api, address, body, id_field, second_status
):
    client, key = api(alice), {"Idempotency-Key": "one"}
    first, second = (client.post(address, body, headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, second_status)
    assert first.json()[id_field] == second.json()[id_field]
    assert not first.has_header("Idempotency-Replayed")
    assert second["Idempotency-Replayed"] == "true"
    assert len(client.get(address).json()["results"]) == 1


def test_key_reused_with_other_body_is_rejected_with_422(alice, api):
    client, key = api(alice), {"Idempotency-Key": "one"}
    client.post(SESSIONS, {"modelId": "m"}, headers=key)
    other = client.post(SESSIONS, {"modelId": "other"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


def test_key_of_failed_request_can_be_reused(alice, api, settings):
    settings.MAX_SESSIONS_PER_USER = 1
    client, key = api(alice), {"Idempotency-Key": "two"}
    first = client.post(SESSIONS, {"modelId": "m"}).json()
    assert client.post(SESSIONS, {"modelId": "m"}, headers=key).status_code == 429
    client.delete(f"{SESSIONS}/{first['sessionId']}")
    assert client.post(SESSIONS, {"modelId": "m"}, headers=key).status_code == 201


def test_same_key_of_two_users_creates_separate_sessions(alice, bob, api):
    key = {"Idempotency-Key": "one"}
    alice_response, bob_response = (
        api(user).post(SESSIONS, {"modelId": "m"}, headers=key) for user in (alice, bob)
    )
    assert alice_response.json()["sessionId"] != bob_response.json()["sessionId"]


def test_key_over_100_characters_is_rejected(alice, api):
    response = api(alice).post(SESSIONS, {"modelId": "m"}, headers={"Idempotency-Key": "x" * 101})
    assert list(response.json()["fields"]) == ["Idempotency-Key"]
