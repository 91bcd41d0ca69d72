"""Inactivity: what counts as activity, and sessions that expire even before the sweep."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_app.models import Generation, WebLLMSession
from sessions_app.services.retention import sessions_delete_old
from sessions_app.services.sessions import session_touch, sessions_expire_idle

HOUR = timedelta(hours=1)


def _age(**ages: timedelta) -> None:
    now = timezone.now()
    WebLLMSession.objects.update(**{column: now - age for column, age in ages.items()})


@pytest.fixture
def session(alice, create_session) -> WebLLMSession:
    create_session(alice)
    return WebLLMSession.objects.get()


@pytest.fixture
def running(session) -> Generation:
    now = timezone.now()
    return Generation.objects.create(
        session=session, user=session.user, kind="flashcards", prompt="p", prompt_version="1",
        options={"count": 1, "topic": "t"},
        result_key="k", status="leased", engine="e", lease="3f0b6e5e-0000-4000-8000-000000000000",
        lease_expires_at=now + HOUR,
    )  # fmt: skip


def test_reading_never_shows_a_session_past_its_time_as_alive(session, alice, api):
    _age(last_activity_at=HOUR)
    for address in (f"/api/webllm/session/{session.pk}", "/api/webllm/session"):
        body = api(alice).get(address).json()
        assert (body["results"][0] if "results" in body else body)["status"] == "expired"


def test_reading_does_not_bring_an_expired_session_back(session, alice, api):
    _age(last_activity_at=HOUR)
    for _ in range(2):
        assert api(alice).get(f"/api/webllm/session/{session.pk}").json()["status"] == "expired"


def test_the_sweep_expires_what_is_idle_and_says_so(session):
    _age(last_activity_at=HOUR)
    assert sessions_expire_idle(now=timezone.now()) == 1
    session.refresh_from_db()
    assert (session.status, session.close_reason) == ("expired", "expired after inactivity")
    assert sessions_expire_idle(now=timezone.now()) == 0


def test_the_sweep_leaves_what_is_not_idle(session):
    assert sessions_expire_idle(now=timezone.now()) == 0


def test_the_sweep_goes_in_batches_until_all_are_done(alice, create_session):
    for _ in range(5):
        create_session(alice)
    _age(last_activity_at=HOUR)
    assert sessions_expire_idle(now=timezone.now(), batch=2) == 5


def test_the_sweep_cancels_what_was_queued(session):
    Generation.objects.create(
        session=session,
        user=session.user,
        kind="flashcards",
        prompt="p",
        prompt_version="1",
        options={"count": 1, "topic": "t"},
        result_key="k",
    )
    _age(last_activity_at=HOUR)
    sessions_expire_idle(now=timezone.now())
    generation = Generation.objects.get()
    assert (generation.status, generation.error_code) == ("cancelled", "session_expired")


def test_a_running_generation_keeps_its_session_alive(running):
    _age(last_activity_at=HOUR)
    assert sessions_expire_idle(now=timezone.now()) == 0
    assert sessions_expire_idle(now=timezone.now() + 2 * HOUR) == 1


def test_the_time_is_a_setting(session, settings):
    settings.SESSION_IDLE_SECONDS = 7200
    _age(last_activity_at=HOUR)
    assert sessions_expire_idle(now=timezone.now()) == 0


def test_activity_is_written_seldom(session):
    now = session.last_activity_at
    assert not session_touch(session_id=session.pk, now=now + timedelta(seconds=29))
    assert session_touch(session_id=session.pk, now=now + timedelta(seconds=30))
    assert not session_touch(session_id=session.pk, now=now + timedelta(seconds=59))


def test_a_rest_call_on_the_session_is_activity(session, alice, api):
    _age(last_activity_at=timedelta(minutes=20))
    before = WebLLMSession.objects.get().last_activity_at
    api(alice).get(f"/api/webllm/session/{session.pk}")
    assert WebLLMSession.objects.get().last_activity_at > before


def test_ended_sessions_can_be_read_for_thirty_days_and_are_then_deleted(session, alice, api):
    api(alice).delete(f"/api/webllm/session/{session.pk}")
    _age(closed_at=timedelta(days=29))
    assert sessions_delete_old(now=timezone.now()) == 0
    assert api(alice).get(f"/api/webllm/session/{session.pk}").json()["status"] == "closed"
    _age(closed_at=timedelta(days=31))
    assert sessions_delete_old(now=timezone.now()) == 1
    assert api(alice).get(f"/api/webllm/session/{session.pk}").status_code == 404
