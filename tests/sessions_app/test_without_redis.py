"""While Redis is gone, what is in the database can be asked and read; only the waking up is slower."""

from typing import Any

NOBODY_THERE = "redis://127.0.0.1:1"


def lose_redis(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {"default": settings.CHANNEL_LAYERS["default"] | {"CONFIG": {"hosts": [NOBODY_THERE]}}}
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": NOBODY_THERE}}


def test_a_session_is_opened_and_a_generation_asked_and_waited_for(transactional_db, alice, client_of, new_session, settings):
    lose_redis(settings)
    session = new_session(alice)
    asked = client_of(alice).post(f"/api/webllm/session/{session['sessionId']}/generations", {"prompt": "Tides", "options": {"count": 1}})
    assert asked.status_code == 202
    waited = client_of(alice).get(asked["Location"], {"wait": "1"})
    assert (waited.status_code, waited.json()["status"]) == (200, "queued")
