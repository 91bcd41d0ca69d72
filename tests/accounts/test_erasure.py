"""Deletion of an account removes all rows and Redis keys of the user, and closes their sockets.

The tests inspect all models, so they fail for a new table whose rows are not deleted.
"""

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from rest_framework_simplejwt.tokens import RefreshToken

from sessions_app.models import AccountDeletion, Generation, WebLLMSession
from sessions_app.services import erasure
from sessions_app.tasks import delete_expired_logins, finish_account_deletions
from tests.helpers.models import paths_to_user
from tests.helpers.sockets import open_socket
from tests.helpers.users import PASSWORD

DAY = timedelta(days=1)
KEPT_MODELS = {AccountDeletion}  # records that an account was deleted, but not whose
ALICE_PASSWORD = {"password": PASSWORD}


@pytest.fixture(autouse=True)
def _long_request_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a request delete an account completely, even on a slow machine."""
    monkeypatch.setattr(erasure, "REQUEST_SECONDS", 240)


MODELS = {
    model: paths_to_user(model)
    for model in apps.get_models(include_auto_created=True)
    if model not in KEPT_MODELS and paths_to_user(model)
}

MODELS_WITH_USERNAME = [
    model
    for model in apps.get_models()
    if model is not User and any(field.name == "username" for field in model._meta.fields)
]


def _rows_of(user: User) -> dict[type[Model], set[Any]]:
    keys = {model: {pk for path in paths for pk in model._base_manager
    .filter(**{path: user.pk}).values_list("pk", flat=True)}
            for model, paths in MODELS.items()}  # fmt: skip
    keys |= {
        model: {row.pk for row in model._base_manager.filter(username=user.username)}
        for model in MODELS_WITH_USERNAME
    }
    session_keys = {
        session.pk
        for session in Session.objects.all()
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    }
    return keys | {Session: session_keys}


def _count_remaining(rows: dict[type[Model], set[Any]]) -> dict[str, int]:
    counts = {
        model._meta.label: model._base_manager.filter(pk__in=keys).count()
        for model, keys in rows.items()
    }
    return {label: count for label, count in counts.items() if count}


def test_deletion_removes_all_rows_and_redis_keys_of_user_and_keeps_other_user(
    create_user_data, alice, bob, api, redis_keys
):
    create_user_data(alice)
    keys_before = redis_keys()
    alice_rows = _rows_of(alice)
    assert [model._meta.label for model, keys in alice_rows.items() if not keys] == [], (
        "create rows of these models in tests/accounts/conftest.py"
    )
    create_user_data(bob)
    bob_rows, pk = _rows_of(bob), alice.pk
    response = api(alice).delete("/api/account", ALICE_PASSWORD)
    assert (response.status_code, response.json()) == (200, {"success": True, "isComplete": True})
    assert _count_remaining(alice_rows) == {}
    assert _count_remaining(bob_rows) == {
        model._meta.label: len(keys) for model, keys in bob_rows.items()
    }
    assert keys_before & redis_keys() == set()
    assert [key for key in redis_keys() if key.endswith(f"_{pk}")] == []
    assert list(AccountDeletion.objects.values_list("user", flat=True)) == [None]
    assert AccountDeletion.objects.get().finished_at


def test_deletion_that_exceeds_request_time_is_finished_by_task(
    create_user_data, alice, api, monkeypatch
):
    create_user_data(alice)
    token = RefreshToken.for_user(alice)
    rows = _rows_of(alice)
    monkeypatch.setattr(erasure, "REQUEST_SECONDS", 0)
    monkeypatch.setattr(erasure, "BATCH_SIZE", 1)
    assert api(alice).delete("/api/account", ALICE_PASSWORD).json()["isComplete"] is False
    assert _count_remaining(rows) != {}
    client = api(None)
    assert (
        client.post("/api/auth/token", {"username": "alice", **ALICE_PASSWORD}).status_code == 401
    )
    assert client.post("/api/auth/token/refresh", {"refresh": str(token)}).status_code == 401
    assert [finish_account_deletions() for _ in range(2)] == [1, 0]
    assert _count_remaining(rows) == {}


def test_account_is_closed_without_redis_and_erased_when_redis_is_back(
    create_user_data, alice, api, monkeypatch, settings
):
    create_user_data(alice)
    rows, caches = _rows_of(alice), settings.CACHES
    client = api(alice)
    settings.CACHES = {"default": caches["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    with pytest.raises(Exception, match="refused"):
        erasure.deletion_finish(
            erasure=erasure.deletion_begin(user=alice, now=timezone.now()),
            now=timezone.now(),
            seconds=1,
        )
    assert client.get("/api/account").status_code == 401
    settings.CACHES = caches
    assert finish_account_deletions() == 1
    assert _count_remaining(rows) == {}


@pytest.mark.parametrize(
    "body", [{}, {"password": ""}, {"password": "wrong"}, {"password": "alice"}, []]
)
def test_deletion_without_correct_password_is_rejected(create_user_data, alice, api, body):
    create_user_data(alice)
    rows = _rows_of(alice)
    response = api(alice).delete("/api/account", body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert _count_remaining(rows) == {model._meta.label: len(keys) for model, keys in rows.items()}


def test_deletion_by_user_without_password_is_confirmed_by_username(alice, api):
    alice.set_unusable_password()
    alice.save()
    client = api(alice)
    assert client.get("/api/account").json()["hasPassword"] is False
    assert client.delete("/api/account", {"password": "bob"}).status_code == 400
    assert client.delete("/api/account", {"password": "alice"}).status_code == 200


def test_deletion_of_last_admin_is_rejected(admin_user, bob, api):
    bob.set_password("password")
    admin_user.set_password("password")
    admin_user.save()
    response = api(admin_user).delete("/api/account", {"password": "password"})
    assert (response.status_code, response.json()["code"]) == (409, "last_admin")
    bob.is_superuser = True
    bob.save()
    assert api(admin_user).delete("/api/account", {"password": "password"}).status_code == 200


def test_deletion_attempts_with_wrong_password_are_rate_limited(alice, api, monkeypatch):
    monkeypatch.setattr("sessions_app.views.account.ConfirmThrottle.rate", "3/hour", raising=False)
    client = api(alice)
    assert [client.delete("/api/account", {"password": "wrong"}).status_code for _ in range(4)] == [
        400,
        400,
        400,
        429,
    ]
    assert client.get("/api/account").status_code == 200


async def test_deletion_closes_sockets_and_removes_sessions_and_generations(
    socket_db, alice, acreate_session, api
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        response = await sync_to_async(api(alice).delete)("/api/account", ALICE_PASSWORD)
        assert response.json()["isComplete"] is True
        assert (await socket.receive_close())["code"] in (4401, 4404)
    assert not await Generation.objects.aexists()
    assert not await WebLLMSession.objects.aexists()


def test_unused_accounts_are_deleted_only_with_setting(
    alice, bob, charlie, admin_user, api, settings
):
    User.objects.update(
        date_joined=timezone.now() - 400 * DAY, last_login=timezone.now() - 400 * DAY
    )
    api(bob).post("/api/flashcards/decks", {"name": "d", "cards": []})
    RefreshToken.for_user(charlie)
    assert delete_expired_logins() is None
    assert User.objects.count() == 4, "accounts are kept unless the setting is set"
    settings.INACTIVE_ACCOUNT_DAYS = 365
    delete_expired_logins()
    assert finish_account_deletions() == 1
    assert set(User.objects.all()) == {bob, charlie, admin_user}


def test_account_that_cannot_be_erased_does_not_block_other_deletions(db, alice, bob):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
            " 'no'; END $$"
        )
        condition = "FOR EACH ROW WHEN (OLD.username = 'alice') EXECUTE FUNCTION refuse()"
        cursor.execute(f"CREATE TRIGGER refuse BEFORE DELETE ON auth_user {condition}")
    for user in (alice, bob):
        erasure.deletion_begin(user=user, now=timezone.now())
    assert finish_account_deletions() == 1
    assert set(User.objects.all()) == {alice}
