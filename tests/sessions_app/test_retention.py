"""Data is deleted in batches after its retention period, and data that is still needed is kept."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from sessions_app.models import Attempt, Generation, GenerationStatus, WebLLMSession
from sessions_app.services import retention
from sessions_app.services.sessions import session_close
from sessions_app.tasks import delete_expired_logins, delete_old_sessions

DAY = timedelta(days=1)
TEXT_COLUMNS = {
    "prompt": "my diary",
    "options": {"count": 3, "topic": "me", "source": "dear diary", "language": "mine"},
}


@pytest.fixture
def make_sessions(alice, create_session):
    """Return a function that creates sessions of Alice.

    Each has a generation with an attempt and a card.
    """

    def make(count: int = 1) -> list[WebLLMSession]:
        sessions = [
            WebLLMSession.objects.get(pk=create_session(alice)["sessionId"]) for _ in range(count)
        ]
        for session in sessions:
            generation = Generation.objects.create(
                session=session, user=alice, kind="flashcards", prompt_version="1", result_key="k",
                cards=[{"front": "f", "back": "b"}],
                status=GenerationStatus.SUCCEEDED, finished_at=timezone.now(), usage={"tokens": 7},
                **TEXT_COLUMNS,
            )  # fmt: skip
            Attempt.objects.create(generation=generation, number=1, engine="e", card_count=1)
        return sessions

    return make


def _close(session: WebLLMSession, age: timedelta) -> None:
    session_close(user=session.user, session_id=session.pk, now=timezone.now())
    WebLLMSession.objects.filter(pk=session.pk).update(closed_at=timezone.now() - age)


def test_old_sessions_are_deleted_with_generations_and_attempts(make_sessions):
    old, recent, open_session = make_sessions(3)
    _close(old, 31 * DAY)
    _close(recent, 29 * DAY)
    WebLLMSession.objects.filter(pk=open_session.pk).update(created_at=timezone.now() - 900 * DAY)
    delete_old_sessions()
    assert set(WebLLMSession.objects.all()) == {recent, open_session}
    assert set(Attempt.objects.values_list("generation__session", flat=True)) == {
        recent.pk,
        open_session.pk,
    }


def test_cleanup_stops_at_time_limit_and_next_run_continues(make_sessions, settings):
    for session in make_sessions(5):
        _close(session, 31 * DAY)
    settings.CLEANUP_TIME_LIMIT = 0
    deleted_counts = [
        retention.sessions_delete_old(now=timezone.now(), at_once=2) for _ in range(4)
    ]
    assert deleted_counts == [2, 2, 1, 0]


def test_texts_are_blanked_while_status_usage_and_counts_are_kept(make_sessions, settings):
    settings.PROMPT_RETENTION_DAYS = 7
    old, recent, open_session = make_sessions(3)
    _close(old, 8 * DAY)
    _close(recent, 6 * DAY)
    assert [retention.texts_blank_old(now=timezone.now()) for _ in range(2)] == [1, 0]
    blank = Generation.objects.get(session=old)
    assert (blank.prompt, blank.options, blank.cards) == ("", {"count": 3, "topic": ""}, [])
    assert (blank.status, blank.usage, blank.attempts.get().card_count) == (
        "succeeded",
        {"tokens": 7},
        1,
    )
    for session in (recent, open_session):
        assert Generation.objects.filter(session=session, **TEXT_COLUMNS).exists()


def test_blanked_generation_has_no_cards_and_cannot_be_saved(make_sessions, alice, api, settings):
    settings.PROMPT_RETENTION_DAYS = 7
    session = make_sessions()[0]
    _close(session, 8 * DAY)
    delete_old_sessions()
    generation = Generation.objects.get()
    body = api(alice).get(f"/api/webllm/generations/{generation.pk}").json()
    assert (body["status"], body["cards"], body["prompt"]) == ("succeeded", [], "")
    response = api(alice).post("/api/flashcards/decks", {"generationId": str(generation.pk)})
    assert (response.status_code, response.json()["code"]) == (409, "not_finished")


def test_expired_refresh_tokens_are_deleted_and_used_token_stays_rejected(alice, api, password):
    client = api(None)
    credentials = {"username": "alice", "password": password}
    expired = [client.post("/api/auth/token", credentials).json()["refresh"] for _ in range(2)]
    client.post("/api/auth/token/refresh", {"refresh": expired[0]})
    OutstandingToken.objects.update(expires_at=timezone.now() - DAY)
    used = client.post("/api/auth/token", credentials).json()["refresh"]
    client.post("/api/auth/token/refresh", {"refresh": used})
    delete_expired_logins()
    assert (OutstandingToken.objects.count(), BlacklistedToken.objects.count()) == (2, 1)
    assert client.post("/api/auth/token/refresh", {"refresh": used}).status_code == 401


def test_expired_sign_ins_are_deleted_and_valid_sign_in_is_kept(alice, bob, client):
    client.force_login(alice)
    Session.objects.update(expire_date=timezone.now() - DAY)
    client.logout()
    client.force_login(bob)
    delete_expired_logins()
    assert Session.objects.count() == 1
    assert client.get("/decks").status_code == 200


def test_admin_log_entries_are_deleted_after_365_days(alice):
    content_type = ContentType.objects.get_for_model(WebLLMSession)
    entries = [
        LogEntry.objects.create(
            user=alice, content_type=content_type, object_id=str(age), action_flag=CHANGE
        )
        for age in (366, 364)
    ]
    for entry in entries:
        LogEntry.objects.filter(pk=entry.pk).update(
            action_time=timezone.now() - int(entry.object_id) * DAY
        )
    delete_expired_logins()
    assert list(LogEntry.objects.all()) == entries[1:]


def test_failed_sign_ins_are_deleted_after_7_days(alice, client):
    for age in (8, 6):
        client.post("/sign-in", {"username": f"nobody-{age}", "password": "wrong"})
        AccessAttempt.objects.filter(username=f"nobody-{age}").update(
            attempt_time=timezone.now() - age * DAY
        )
    delete_expired_logins()
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["nobody-6"]
