"""Requests that need only the database still work without Redis, but wake-ups are slower.

Endpoints for passwords and tokens respond with 503, because attempts cannot be counted.
"""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mindflip.embedded.servers import free_port, valkey

NOBODY_THERE = "redis://127.0.0.1:1"


def lose_redis(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {
        "default": settings.CHANNEL_LAYERS["default"] | {"CONFIG": {"hosts": [NOBODY_THERE]}}
    }
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": NOBODY_THERE}}


def test_a_session_is_opened_and_a_generation_asked_and_waited_for(
    transactional_db, alice, client_of, new_session, settings
):
    lose_redis(settings)
    session = new_session(alice)
    response = client_of(alice).post(
        f"/api/webllm/session/{session['sessionId']}/generations",
        {"prompt": "Tides", "options": {"count": 1}},
    )
    assert response.status_code == 202
    waited = client_of(alice).get(response["Location"], {"wait": "1"})
    assert (waited.status_code, waited.json()["status"]) == (200, "queued")


def test_a_redis_that_takes_calls_and_says_nothing_counts_as_gone(db, alice, client_of, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        own = settings.CACHES["default"]
        options = own["OPTIONS"] | {"socket_timeout": own["OPTIONS"]["socket_timeout"] / 50}
        settings.CACHES = {
            "default": own
            | {"LOCATION": f"redis://127.0.0.1:{silent.getsockname()[1]}", "OPTIONS": options}
        }
        assert client_of(alice).get("/api/account").status_code == 200


@pytest.fixture
def own_valkey(tmp_path: Path, settings: Any) -> Iterator[Any]:
    """Start a Valkey for this test alone, and use it as the cache."""
    service, address = valkey(
        tmp_path / "valkey", tmp_path / "valkey.log", free_port(), is_kept=False
    )
    service.start()
    service.wait_until_ready()
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": address}}
    yield service
    service.kill()


@pytest.mark.parametrize(
    "path", ["/api/auth/register", "/api/auth/token", "/api/auth/token/refresh"]
)
def test_passwords_are_not_tried_while_nobody_counts_how_often(
    db, alice, client_of, own_valkey, password, path
):
    body = {"username": "alice", "password": password, "refresh": "x"}
    assert client_of(None).post(path, body).status_code in (200, 400, 401)
    own_valkey.kill()
    refused = client_of(None).post(path, body)
    assert (refused.status_code, refused.json()["code"], refused["Content-Type"]) == (
        503,
        "unavailable",
        "application/problem+json",
    )
    assert "try again" in refused.json()["error"]
    assert int(refused["Retry-After"]) > 0
    own_valkey.start()
    own_valkey.wait_until_ready()
    assert client_of(None).post(path, body).status_code in (200, 400, 401)
