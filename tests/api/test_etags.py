"""Conditional requests with ETag and If-None-Match."""

import pytest

SESSIONS = "/api/webllm/session"


@pytest.fixture
def addresses(alice, create_session, make_deck):
    return [
        SESSIONS,
        f"{SESSIONS}/{create_session(alice)['sessionId']}",
        "/api/flashcards/decks",
        f"/api/flashcards/decks/{make_deck(alice, 'ebb')['id']}",
        "/api/webllm/models",
    ]


def test_unchanged_resource_returns_304_without_body(alice, api, addresses):
    client = api(alice)
    for address in addresses:
        etag = client.get(address)["ETag"]
        again = client.get(address, headers={"If-None-Match": etag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag), address
        assert again.has_header("RateLimit")


def test_changed_resource_is_sent_with_new_etag(alice, api, create_session):
    client = api(alice)
    address = f"{SESSIONS}/{create_session(alice)['sessionId']}"
    etag = client.get(address)["ETag"]
    client.delete(address)
    changed = client.get(address, headers={"If-None-Match": etag})
    assert (changed.status_code, changed.json()["status"]) == (200, "closed")
    assert changed["ETag"] != etag


def test_session_of_other_user_returns_404_with_valid_etag(alice, charlie, api, create_session):
    address = f"{SESSIONS}/{create_session(alice)['sessionId']}"
    etag = api(alice).get(address)["ETag"]
    assert api(charlie).get(address, headers={"If-None-Match": etag}).status_code == 404
