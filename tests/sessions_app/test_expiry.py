"""Idle sessions: the requests that count as activity, and expiry before and by the sweep."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from sessions_app.models import Generation, WebLLMSession
from sessions_app.services.retention import sessions_delete_old
from sessions_app.services.sessions import session_touch, sessions_expire_idle

HOUR = timedelta(hours=1)


def _backdate(**ages: timedelta) -> None:
    now = timezone.now()
    WebLLMSession.objects.update(**{column: now - age for column, age in ages.items()})


@pytest.fixture
def session(alice, create_session) -> WebLLMSession:
    create_session(alice)
    return WebLLMSession.objects.get()


@pytest.fixture
def running_generation(session) -> Generation:
    now = timezone.now()
    return Generation.objects.create(
        session=session, user=session.user, kind="flashcards", prompt="p", prompt_version="1",
        options={"count": 1, "topic": "t"},
        result_key="k", status="leased", engine="e", lease="3f0b6e5e-0000-4000-8000-000000000000",
        lease_expires_at=now + HOUR,
    )  # fmt: skip


def test_idle_session_is_returned_as_expired_before_sweep(session, alice, api):
    _backdate(last_activity_at=HOUR)
    for address in (f"/api/webllm/session/{session.pk}", "/api/webllm/session"):
        body = api(alice).get(address).json()
        assert (body["results"][0] if "results" in body else body)["status"] == "expired"


def test_expired_session_stays_expired_when_read_again(session, alice, api):
    _backdate(last_activity_at=HOUR)
    for _ in range(2):
        assert api(alice).get(f"/api/webllm/session/{session.pk}").json()["status"] == "expired"


def test_sweep_expires_idle_session_once_and_stores_reason(session):
    _backdate(last_activity_at=HOUR)
    assert sessions_expire_idle(now=timezone.now()) == 1
    session.refresh_from_db()
    assert (session.status, session.close_reason) == ("expired", "expired after inactivity")
    assert sessions_expire_idle(now=timezone.now()) == 0


def test_sweep_does_not_expire_active_session(session):
    assert sessions_expire_idle(now=timezone.now()) == 0


def test_sweep_expires_all_idle_sessions_in_batches(alice, create_session):
    for _ in range(5):
        create_session(alice)
    _backdate(last_activity_at=HOUR)
    assert sessions_expire_idle(now=timezone.now(), batch=2) == 5
    assert WebLLMSession.objects.filter(status="expired").count() == 5


def test_sweep_commits_each_batch_of_sessions_separately(transactional_db, alice, create_session):
    for _ in range(5):
        create_session(alice)
    _backdate(last_activity_at=HOUR)
    updates: list[str] = []

    def fail_in_third_batch(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if sql.startswith('UPDATE "sessions_app_webllmsession"'):
            updates.append(sql)
            if len(updates) == 3:
                raise DatabaseError("The database is unavailable.")
        return execute(sql, *args)

    with connection.execute_wrapper(fail_in_third_batch), pytest.raises(DatabaseError):
        sessions_expire_idle(now=timezone.now(), batch=2)
    assert WebLLMSession.objects.filter(status="expired").count() == 4
    assert sessions_expire_idle(now=timezone.now(), batch=2) == 1


def test_sweep_cancels_queued_generation_of_expired_session(session):
    Generation.objects.create(
        session=session,
        user=session.user,
        kind="flashcards",
        prompt="p",
        prompt_version="1",
        options={"count": 1, "topic": "t"},
        result_key="k",
    )
    _backdate(last_activity_at=HOUR)
    sessions_expire_idle(now=timezone.now())
    generation = Generation.objects.get()
    assert (generation.status, generation.error_code) == ("cancelled", "session_expired")


def test_session_does_not_expire_before_lease_of_its_generation(running_generation):
    _backdate(last_activity_at=HOUR)
    assert sessions_expire_idle(now=timezone.now()) == 0
    assert sessions_expire_idle(now=timezone.now() + 2 * HOUR) == 1


def test_idle_time_is_set_by_session_idle_seconds(session, settings):
    settings.SESSION_IDLE_SECONDS = 7200
    _backdate(last_activity_at=HOUR)
    assert sessions_expire_idle(now=timezone.now()) == 0


def test_activity_is_written_at_most_every_30_seconds(session):
    now = session.last_activity_at
    assert not session_touch(session_id=session.pk, now=now + timedelta(seconds=29))
    assert session_touch(session_id=session.pk, now=now + timedelta(seconds=30))
    assert not session_touch(session_id=session.pk, now=now + timedelta(seconds=59))


def test_rest_request_updates_last_activity_of_session(session, alice, api):
    _backdate(last_activity_at=timedelta(minutes=20))
    before = WebLLMSession.objects.get().last_activity_at
    api(alice).get(f"/api/webllm/session/{session.pk}")
    assert WebLLMSession.objects.get().last_activity_at > before


def test_closed_session_is_readable_for_30_days_and_then_deleted(session, alice, api):
    api(alice).delete(f"/api/webllm/session/{session.pk}")
    _backdate(closed_at=timedelta(days=29))
    assert sessions_delete_old(now=timezone.now()) == 0
    assert api(alice).get(f"/api/webllm/session/{session.pk}").json()["status"] == "closed"
    _backdate(closed_at=timedelta(days=31))
    assert sessions_delete_old(now=timezone.now()) == 1
    assert api(alice).get(f"/api/webllm/session/{session.pk}").status_code == 404
