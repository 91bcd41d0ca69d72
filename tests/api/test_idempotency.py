"""Idempotency-Key: a request that is sent twice is executed once."""

import pytest

SESSIONS, DECKS = "/api/webllm/session", "/api/flashcards/decks"


@pytest.mark.parametrize(
    ("address", "body", "name", "again"),
    [
        (SESSIONS, {"modelId": "m"}, "sessionId", 201),
        (DECKS, {"name": "Tides", "cards": [{"front": "ebb", "back": "falling"}]}, "id", 200),
    ],
)
def test_the_same_request_twice_makes_one(alice, api, address, body, name, again):
    client, key = api(alice), {"Idempotency-Key": "one"}
    first, second = (client.post(address, body, headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, again)
    assert first.json()[name] == second.json()[name]
    assert not first.has_header("Idempotency-Replayed")
    assert second["Idempotency-Replayed"] == "true"
    assert len(client.get(address).json()["results"]) == 1


def test_a_key_is_good_for_one_body_alone(alice, api):
    client, key = api(alice), {"Idempotency-Key": "one"}
    client.post(SESSIONS, {"modelId": "m"}, headers=key)
    other = client.post(SESSIONS, {"modelId": "other"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


def test_a_request_that_failed_leaves_its_key_free(alice, api, settings):
    settings.MAX_SESSIONS_PER_USER = 1
    client, key = api(alice), {"Idempotency-Key": "two"}
    first = client.post(SESSIONS, {"modelId": "m"}).json()
    assert client.post(SESSIONS, {"modelId": "m"}, headers=key).status_code == 429
    client.delete(f"{SESSIONS}/{first['sessionId']}")
    assert client.post(SESSIONS, {"modelId": "m"}, headers=key).status_code == 201


def test_keys_of_different_users_never_meet(alice, bob, api):
    key = {"Idempotency-Key": "one"}
    mine, his = (api(user).post(SESSIONS, {"modelId": "m"}, headers=key) for user in (alice, bob))
    assert mine.json()["sessionId"] != his.json()["sessionId"]


def test_a_key_that_is_too_long_is_refused(alice, api):
    response = api(alice).post(SESSIONS, {"modelId": "m"}, headers={"Idempotency-Key": "x" * 101})
    assert list(response.json()["fields"]) == ["Idempotency-Key"]
