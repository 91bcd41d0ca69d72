"""The actions of operators: messages, log entries, and the events for engines and requesters."""

import csv
import json
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.tokens import RefreshToken

from sessions_app.models import Generation, WebLLMSession
from sessions_app.services.leases import generation_requeue
from sessions_app.services.result_cache import cache_results, read_results
from tests.helpers.admin import (
    GENERATIONS,
    SESSIONS,
    make_failed_generation,
    make_generation,
    page_messages,
    run_action,
)
from tests.helpers.responses import read_stream
from tests.helpers.sockets import open_socket
from tests.helpers.v1 import V1, lease_generation, receive_error, receive_snapshot, receive_until

USERS, TOKENS = "/admin/auth/user/", "/admin/token_blacklist/outstandingtoken/"


def log():
    return list(LogEntry.objects.values_list("object_id", "change_message"))


def test_an_action_asks_first_and_does_nothing_yet(admin_client, alice):
    session = make_generation(alice).session
    page = run_action(admin_client, SESSIONS, "close", session.pk, confirmed="")
    assert "Their sockets close" in page.content.decode()
    for name, value in (
        ("action", "close"),
        ("_selected_action", session.pk),
        ("confirmed", "yes"),
    ):
        assert f'name="{name}" value="{value}"' in page.content.decode()
    session.refresh_from_db()
    assert (session.status, log()) == ("initializing", [])


def test_sessions_are_closed_and_those_that_had_ended_are_named(admin_client, alice):
    living, ended = make_generation(alice).session, make_generation(alice).session
    run_action(admin_client, SESSIONS, "close", ended.pk)
    page = run_action(admin_client, SESSIONS, "close", living.pk, ended.pk)
    assert page_messages(page) == [
        f"1 session was closed. 1 was not, because they had ended already: {ended.pk}."
    ]
    assert log()[0] == (str(living.pk), "Close the chosen sessions.")


def test_a_session_expires_before_its_time_and_its_work_is_cancelled(admin_client, alice):
    generation = make_generation(alice)
    assert page_messages(run_action(admin_client, SESSIONS, "expire", generation.session_id)) == [
        "1 session was expired."
    ]
    generation.refresh_from_db()
    assert (generation.status, generation.error_code) == ("cancelled", "session_expired")
    assert WebLLMSession.objects.get().close_reason == "expired by an operator"


def test_what_has_its_outcome_is_not_cancelled(admin_client, alice):
    done = make_failed_generation(alice, "no_engine")
    page = run_action(admin_client, GENERATIONS, "cancel", done.pk)
    assert page_messages(page)[0].startswith(
        "0 generations were cancelled. 1 was not, because they had their outcome already"
    )
    assert log() == []


def test_what_no_engine_holds_is_not_requeued(admin_client, alice):
    assert (
        "no engine held them"
        in page_messages(
            run_action(admin_client, GENERATIONS, "requeue", make_generation(alice).pk)
        )[0]
    )


def test_too_many_rows_at_once_are_refused(admin_client, alice, monkeypatch):
    monkeypatch.setattr("sessions_app.admin.base.actions.MAX_ROWS", 1)
    assert page_messages(
        run_action(
            admin_client,
            GENERATIONS,
            "cancel",
            make_generation(alice).pk,
            make_generation(alice).pk,
        )
    ) == ["At most 1 rows at once: filter, or choose fewer."]


def test_a_users_cache_is_purged_and_nobody_elses(admin_client, alice, bob):
    for user in (alice, bob):
        key = make_generation(user, result_key=f"key-of-{user}").result_key
        cache_results({key: {"generationId": "g", "cards": []}})
    assert page_messages(run_action(admin_client, USERS, "purge", alice.pk)) == [
        "1 user was freed of what was cached."
    ]
    assert read_results(["key-of-alice"]) == {}
    assert read_results(["key-of-bob"])


def test_a_refresh_token_is_revoked_and_never_shown(admin_client, alice, api):
    refresh = RefreshToken.for_user(alice)
    row = alice.outstandingtoken_set.get()
    assert str(refresh) not in admin_client.get(f"{TOKENS}{row.pk}/change/").content.decode()
    assert page_messages(run_action(admin_client, TOKENS, "revoke", row.pk)) == [
        "1 Outstanding Token was revoked."
    ]
    assert api(None).post("/api/auth/token/refresh", {"refresh": str(refresh)}).status_code == 401


def exported(client, name, *keys):
    answer = run_action(client, GENERATIONS, name, *keys)
    assert "no-store" in answer["Cache-Control"]
    return read_stream(answer).decode()


def test_rows_are_exported_as_a_table_with_no_live_formula(admin_client, alice):
    generation = make_generation(alice, prompt="=1+1")
    (row,) = csv.DictReader(exported(admin_client, "export_csv", generation.pk).splitlines())
    assert (row["id"], row["user__username"], row["prompt"]) == (
        str(generation.pk),
        "alice",
        "'=1+1",
    )
    assert LogEntry.objects.get().change_message.startswith("Exported as csv: id, session_id")


def test_rows_are_exported_as_json_lines(admin_client, alice):
    generation = make_generation(alice)
    (line,) = exported(admin_client, "export_json", generation.pk).splitlines()
    assert json.loads(line)["options"] == {"count": 1, "topic": "Tides"}


async def first_of(socket, kind):
    """Return the next message of this type, and skip all others."""
    while (message := await socket.receive())["type"] != kind:
        pass
    return message


@pytest.fixture
def operating(transactional_db):
    """Return a coroutine function that runs an action of the admin."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.create_superuser("operator"))
    return sync_to_async(lambda *what: run_action(client, *what))


async def test_a_requeued_generation_leaves_its_engine_and_is_given_out_anew(
    socket_db, operating, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as engine:
        await receive_snapshot(engine)
        first = await lease_generation(engine)
        page = await operating(GENERATIONS, "requeue", first["generationId"])
        assert page_messages(page) == ["1 generation was queued again."]
        assert (await receive_until(engine, "cancel"))["generationId"] == first["generationId"]
        again = await receive_until(engine, "generate")
    assert (again["generationId"], again["attempt"]) == (first["generationId"], 2)
    generation = await Generation.objects.prefetch_related("attempts").aget()
    assert [attempt.outcome for attempt in generation.attempts.all()] == ["requeued", ""]


@sync_to_async
def requeue_and_tell_backwards(generation_id: str) -> None:
    """Requeue a generation, and send its events in reverse order, as if one overtook the other."""
    with transaction.atomic():
        assert generation_requeue(generation_id=UUID(generation_id), now=timezone.now())
        connection.run_on_commit.reverse()


async def test_an_engine_that_is_given_the_same_anew_is_stopped_before_and_not_after(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as engine:
        await receive_snapshot(engine)
        first = await lease_generation(engine)
        await requeue_and_tell_backwards(first["generationId"])
        assert (await receive_until(engine, "cancel"))["generationId"] == first["generationId"]
        assert (await receive_until(engine, "generate"))["attempt"] == 2
        await engine.send(type="ping")
        heard = [await engine.receive()]
        while heard[-1]["type"] != "pong":
            heard.append(await engine.receive())
    assert "cancel" not in {message["type"] for message in heard}


async def test_a_cancelled_generation_stops_its_engine_and_tells_its_asker(
    socket_db, operating, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine, open_socket(address, V1) as asker:
        await receive_snapshot(asker)
        asked_for = await lease_generation(engine, asker)
        await operating(GENERATIONS, "cancel", asked_for["generationId"])
        stopped, heard = await first_of(engine, "cancel"), await receive_error(asker)
    assert (stopped["generationId"], heard["code"]) == (asked_for["generationId"], "cancelled")


async def test_a_closed_session_closes_its_sockets(socket_db, operating, alice, acreate_session):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await operating(SESSIONS, "close", session["sessionId"])
        assert (await socket.receive_close())["code"] == 4404
