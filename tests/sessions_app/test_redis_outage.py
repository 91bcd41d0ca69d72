"""Requests that need only the database still work without Redis, but wake-ups are slower.

Endpoints for passwords and tokens respond with 503, because attempts cannot be counted.
"""

import socket

import pytest


def test_generation_can_be_requested_and_polled_without_redis(
    transactional_db, alice, api, create_session, without_redis
):
    session = create_session(alice)
    response = api(alice).post(
        f"/api/webllm/session/{session['sessionId']}/generations",
        {"prompt": "Tides", "options": {"count": 1}},
    )
    assert response.status_code == 202
    polled = api(alice).get(response["Location"], {"wait": "1"})
    assert (polled.status_code, polled.json()["status"]) == (200, "queued")


def test_request_succeeds_if_redis_accepts_connection_but_does_not_respond(
    db, alice, api, settings
):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        default_cache = settings.CACHES["default"]
        options = default_cache["OPTIONS"] | {
            "socket_timeout": default_cache["OPTIONS"]["socket_timeout"] / 50
        }
        settings.CACHES = {
            "default": default_cache
            | {"LOCATION": f"redis://127.0.0.1:{silent.getsockname()[1]}", "OPTIONS": options}
        }
        assert api(alice).get("/api/account").status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/auth/register", "/api/auth/token", "/api/auth/token/refresh"]
)
def test_password_and_token_requests_return_503_while_redis_is_unavailable(
    db, alice, api, own_valkey, password, path
):
    body = {"username": "alice", "password": password, "refresh": "x"}
    assert api(None).post(path, body).status_code in (200, 400, 401)
    own_valkey.kill()
    rejected = api(None).post(path, body)
    assert (rejected.status_code, rejected.json()["code"], rejected["Content-Type"]) == (
        503,
        "unavailable",
        "application/problem+json",
    )
    assert "try again" in rejected.json()["error"]
    assert int(rejected["Retry-After"]) > 0
    own_valkey.start()
    own_valkey.wait_until_ready()
    assert api(None).post(path, body).status_code in (200, 400, 401)
