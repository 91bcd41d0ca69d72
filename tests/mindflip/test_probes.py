"""/healthz reports that the process is alive, and /readyz what it lacks.

Neither the check of the host nor the redirect to HTTPS applies to probes.
"""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from mindflip.monitoring import health
from mindflip.tasks import record_beat_heartbeat

UNREACHABLE_REDIS = "redis://127.0.0.1:1"


@pytest.fixture
def probe() -> Client:
    return Client(headers={"Host": "10.0.0.7:3000"})


@pytest.fixture
def live_worker_and_beat() -> None:
    record_beat_heartbeat()
    health.record_heartbeat("worker")


def missing(probe: Client) -> dict[str, str]:
    response = probe.get("/readyz")
    assert response.status_code == 503
    assert response["Cache-Control"] == "no-store"
    return response.json()["missing"]


def test_healthz_returns_ok_without_database_for_any_host(probe, settings):
    settings.SECURE_SSL_REDIRECT = True
    response = probe.get("/healthz")
    assert (response.status_code, response.json(), response["Cache-Control"]) == (
        200,
        {"status": "ok"},
        "no-store",
    )


def test_probe_rejects_post_and_accepts_head(probe):
    assert (probe.post("/healthz").status_code, probe.head("/healthz").status_code) == (405, 200)


def test_readyz_returns_ready_if_nothing_is_missing(
    transactional_db, probe, live_worker_and_beat, settings
):
    settings.SECURE_SSL_REDIRECT = True
    response = probe.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


def test_readyz_reports_worker_and_beat_without_heartbeat(transactional_db, probe):
    assert set(missing(probe)) == {"worker", "beat"}
    health.record_heartbeat("worker")
    assert set(missing(probe)) == {"beat"}


def test_readyz_reports_unapplied_migrations(transactional_db, probe, live_worker_and_beat):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO elsewhere")
        try:
            assert "release" in missing(probe)["migrations"]
        finally:
            cursor.execute("ALTER TABLE elsewhere RENAME TO django_migrations")


def test_readyz_reports_unreachable_database_without_secrets(
    transactional_db, probe, live_worker_and_beat, monkeypatch
):
    for name, value in {"PORT": 1, "PASSWORD": "hush"}.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    missing_parts = missing(probe)
    assert list(missing_parts) == ["postgresql"]
    assert "hush" not in str(missing_parts)
    assert "127.0.0.1" not in str(missing_parts)


def test_readyz_reports_unreachable_redis(transactional_db, probe, settings: Any):
    settings.REDIS_URL = UNREACHABLE_REDIS
    assert set(missing(probe)) == {"redis"}
