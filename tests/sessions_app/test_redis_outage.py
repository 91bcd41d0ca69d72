"""Requests that need only the database still work without Redis, but wake-ups are slower.

Endpoints for passwords and tokens respond with 503, because attempts cannot be counted.
"""

import socket

import pytest


def test_a_session_is_opened_and_a_generation_asked_and_waited_for(
    transactional_db, alice, api, create_session, without_redis
):
    session = create_session(alice)
    response = api(alice).post(
        f"/api/webllm/session/{session['sessionId']}/generations",
        {"prompt": "Tides", "options": {"count": 1}},
    )
    assert response.status_code == 202
    waited = api(alice).get(response["Location"], {"wait": "1"})
    assert (waited.status_code, waited.json()["status"]) == (200, "queued")


def test_a_redis_that_takes_calls_and_says_nothing_counts_as_gone(db, alice, api, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        own = settings.CACHES["default"]
        options = own["OPTIONS"] | {"socket_timeout": own["OPTIONS"]["socket_timeout"] / 50}
        settings.CACHES = {
            "default": own
            | {"LOCATION": f"redis://127.0.0.1:{silent.getsockname()[1]}", "OPTIONS": options}
        }
        assert api(alice).get("/api/account").status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/auth/register", "/api/auth/token", "/api/auth/token/refresh"]
)
def test_passwords_are_not_tried_while_nobody_counts_how_often(
    db, alice, api, own_valkey, password, path
):
    body = {"username": "alice", "password": password, "refresh": "x"}
    assert api(None).post(path, body).status_code in (200, 400, 401)
    own_valkey.kill()
    refused = api(None).post(path, body)
    assert (refused.status_code, refused.json()["code"], refused["Content-Type"]) == (
        503,
        "unavailable",
        "application/problem+json",
    )
    assert "try again" in refused.json()["error"]
    assert int(refused["Retry-After"]) > 0
    own_valkey.start()
    own_valkey.wait_until_ready()
    assert api(None).post(path, body).status_code in (200, 400, 401)
