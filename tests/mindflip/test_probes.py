"""/healthz reports that the process is alive, and /readyz what it lacks.

Neither the check of the host nor the redirect to HTTPS applies to probes.
"""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from mindflip.monitoring import health
from mindflip.tasks import record_beat_heartbeat

NOBODY_THERE = "redis://127.0.0.1:1"


@pytest.fixture
def probe() -> Client:
    return Client(headers={"Host": "10.0.0.7:3000"})


@pytest.fixture
def everybody_is_seen() -> None:
    record_beat_heartbeat()
    health.record_heartbeat("worker")


def missing(probe: Client) -> dict[str, str]:
    answer = probe.get("/readyz")
    assert answer.status_code == 503
    assert answer["Cache-Control"] == "no-store"
    return answer.json()["missing"]


def test_healthz_answers_without_the_database_whatever_the_host(probe, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = probe.get("/healthz")
    assert (answer.status_code, answer.json(), answer["Cache-Control"]) == (
        200,
        {"status": "ok"},
        "no-store",
    )


def test_a_probe_is_only_read(probe):
    assert (probe.post("/healthz").status_code, probe.head("/healthz").status_code) == (405, 200)


def test_readyz_is_ready_when_nothing_is_missing(
    transactional_db, probe, everybody_is_seen, settings
):
    settings.SECURE_SSL_REDIRECT = True
    answer = probe.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_readyz_names_a_worker_and_a_beat_that_nobody_heard_of(transactional_db, probe):
    assert set(missing(probe)) == {"worker", "beat"}
    health.record_heartbeat("worker")
    assert set(missing(probe)) == {"beat"}


def test_readyz_names_migrations_that_are_not_applied(transactional_db, probe, everybody_is_seen):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO elsewhere")
        try:
            assert "release" in missing(probe)["migrations"]
        finally:
            cursor.execute("ALTER TABLE elsewhere RENAME TO django_migrations")


def test_readyz_names_a_database_that_does_not_answer_and_no_secret(
    transactional_db, probe, everybody_is_seen, monkeypatch
):
    for name, value in {"PORT": 1, "PASSWORD": "hush"}.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    parts = missing(probe)
    assert list(parts) == ["postgresql"]
    assert "hush" not in str(parts)
    assert "127.0.0.1" not in str(parts)


def test_readyz_names_a_redis_that_does_not_answer(transactional_db, probe, settings: Any):
    settings.REDIS_URL = NOBODY_THERE
    assert set(missing(probe)) == {"redis"}
