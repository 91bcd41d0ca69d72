"""A deleted account leaves nothing behind in any table or in Redis, and its sockets close.

The tests find the tables themselves, so they fail for a new table whose rows are not deleted.
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
from tests.helpers.sockets import open_socket

DAY = timedelta(days=1)
KEPT = {AccountDeletion}  # records that a deletion happened, but not whose
ALICE = {"password": "correct horse battery"}


def _paths(model: type[Model], seen: tuple[type[Model], ...] = ()) -> list[str]:
    """Return the lookups that lead along foreign keys from a model to its user."""
    if model is User:
        return ["pk"]
    paths = []
    for field in model._meta.concrete_fields:
        if field.remote_field and field.related_model not in (*seen, model):
            paths += [
                f"{field.name}__{rest}" for rest in _paths(field.related_model, (*seen, model))
            ]
    return paths


MODELS = {
    model: _paths(model)
    for model in apps.get_models(include_auto_created=True)
    if model not in KEPT and _paths(model)
}

NAMING = [
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
        for model in NAMING
    }
    logins = {
        login.pk
        for login in Session.objects.all()
        if login.get_decoded().get("_auth_user_id") == str(user.pk)
    }
    return keys | {Session: logins}


def _left(rows: dict[type[Model], set[Any]]) -> dict[str, int]:
    left = {
        model._meta.label: model._base_manager.filter(pk__in=keys).count()
        for model, keys in rows.items()
    }
    return {label: count for label, count in left.items() if count}


def test_nothing_of_hers_is_left_in_any_table_or_in_redis_and_all_of_his_is(
    lived, alice, bob, api, redis_keys
):
    lived(alice)
    before = redis_keys()
    of_hers = _rows_of(alice)
    assert [model._meta.label for model, keys in of_hers.items() if not keys] == [], (
        "every table has rows of hers, or this proves nothing"
    )
    lived(bob)
    of_his, pk = _rows_of(bob), alice.pk
    answer = api(alice).delete("/api/account", ALICE)
    assert (answer.status_code, answer.json()) == (200, {"success": True, "isComplete": True})
    assert _left(of_hers) == {}
    assert _left(of_his) == {model._meta.label: len(keys) for model, keys in of_his.items()}
    assert before & redis_keys() == set()
    assert [key for key in redis_keys() if key.endswith(f"_{pk}")] == []
    assert list(AccountDeletion.objects.values_list("user", flat=True)) == [None]
    assert AccountDeletion.objects.get().finished_at


def test_what_does_not_fit_into_a_request_is_finished_by_the_clock(lived, alice, api, monkeypatch):
    lived(alice)
    token = RefreshToken.for_user(alice)
    rows = _rows_of(alice)
    monkeypatch.setattr(erasure, "REQUEST_SECONDS", 0)
    monkeypatch.setattr(erasure, "BATCH_SIZE", 1)
    assert api(alice).delete("/api/account", ALICE).json()["isComplete"] is False
    assert _left(rows) != {}
    client = api(None)
    assert client.post("/api/auth/token", {"username": "alice", **ALICE}).status_code == 401
    assert client.post("/api/auth/token/refresh", {"refresh": str(token)}).status_code == 401
    assert [finish_account_deletions() for _ in range(2)] == [1, 0]
    assert _left(rows) == {}


def test_without_redis_the_account_is_closed_at_once_and_erased_when_redis_is_back(
    lived, alice, api, monkeypatch, settings
):
    lived(alice)
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
    assert _left(rows) == {}


@pytest.mark.parametrize(
    "body", [{}, {"password": ""}, {"password": "wrong"}, {"password": "alice"}, []]
)
def test_nothing_is_deleted_without_her_password(lived, alice, api, body):
    lived(alice)
    rows = _rows_of(alice)
    answer = api(alice).delete("/api/account", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert _left(rows) == {model._meta.label: len(keys) for model, keys in rows.items()}


def test_who_has_no_password_types_the_username(alice, api):
    alice.set_unusable_password()
    alice.save()
    client = api(alice)
    assert client.get("/api/account").json()["hasPassword"] is False
    assert client.delete("/api/account", {"password": "bob"}).status_code == 400
    assert client.delete("/api/account", {"password": "alice"}).status_code == 200


def test_the_only_admin_cannot_leave(admin_user, bob, api):
    bob.set_password("password")
    admin_user.set_password("password")
    admin_user.save()
    answer = api(admin_user).delete("/api/account", {"password": "password"})
    assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
    bob.is_superuser = True
    bob.save()
    assert api(admin_user).delete("/api/account", {"password": "password"}).status_code == 200


def test_passwords_are_not_tried_out(alice, api, monkeypatch):
    monkeypatch.setattr("sessions_app.views.account.ConfirmThrottle.rate", "3/hour", raising=False)
    client = api(alice)
    assert [client.delete("/api/account", {"password": "wrong"}).status_code for _ in range(4)] == [
        400,
        400,
        400,
        429,
    ]
    assert client.get("/api/account").status_code == 200


async def test_her_sockets_close_and_her_engine_stops(socket_db, alice, acreate_session, api):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        answer = await sync_to_async(api(alice).delete)("/api/account", ALICE)
        assert answer.json()["isComplete"] is True
        assert (await socket.receive_close())["code"] in (4401, 4404)
    assert not await Generation.objects.aexists()
    assert not await WebLLMSession.objects.aexists()


def test_accounts_that_nobody_uses_are_erased_when_that_is_wanted(
    alice, bob, charlie, admin_user, api, settings
):
    User.objects.update(
        date_joined=timezone.now() - 400 * DAY, last_login=timezone.now() - 400 * DAY
    )
    api(bob).post("/api/flashcards/decks", {"name": "d", "cards": []})
    RefreshToken.for_user(charlie)
    assert delete_expired_logins() is None
    assert User.objects.count() == 4, "off unless it is set"
    settings.INACTIVE_ACCOUNT_DAYS = 365
    delete_expired_logins()
    assert finish_account_deletions() == 1
    assert set(User.objects.all()) == {bob, charlie, admin_user}


def test_an_account_that_cannot_be_erased_keeps_no_other_waiting(db, alice, bob):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
            " 'no'; END $$"
        )
        only_hers = "FOR EACH ROW WHEN (OLD.username = 'alice') EXECUTE FUNCTION refuse()"
        cursor.execute(f"CREATE TRIGGER refuse BEFORE DELETE ON auth_user {only_hers}")
    for user in (alice, bob):
        erasure.deletion_begin(user=user, now=timezone.now())
    assert finish_account_deletions() == 1
    assert set(User.objects.all()) == {alice}
