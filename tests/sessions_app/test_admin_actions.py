"""The actions of operators: messages, log entries, and events for engines and requesters."""

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


def log_entries():
    return list(LogEntry.objects.values_list("object_id", "change_message"))


def test_action_without_confirmation_shows_form_and_changes_nothing(admin_client, alice):
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
    assert (session.status, log_entries()) == ("initializing", [])


def test_close_action_closes_open_session_and_reports_closed_session(admin_client, alice):
    open_session, closed_session = make_generation(alice).session, make_generation(alice).session
    run_action(admin_client, SESSIONS, "close", closed_session.pk)
    page = run_action(admin_client, SESSIONS, "close", open_session.pk, closed_session.pk)
    assert page_messages(page) == [
        f"1 session was closed. 1 was not, because they had ended already: {closed_session.pk}."
    ]
    assert log_entries()[0] == (str(open_session.pk), "Close the chosen sessions.")


def test_expire_action_expires_session_and_cancels_its_generation(admin_client, alice):
    generation = make_generation(alice)
    assert page_messages(run_action(admin_client, SESSIONS, "expire", generation.session_id)) == [
        "1 session was expired."
    ]
    generation.refresh_from_db()
    assert (generation.status, generation.error_code) == ("cancelled", "session_expired")
    assert WebLLMSession.objects.get().close_reason == "expired by an operator"


def test_cancel_action_skips_and_reports_failed_generation(admin_client, alice):
    failed = make_failed_generation(alice, "no_engine")
    page = run_action(admin_client, GENERATIONS, "cancel", failed.pk)
    assert page_messages(page)[0].startswith(
        "0 generations were cancelled. 1 was not, because they had their outcome already"
    )
    assert log_entries() == []


def test_requeue_action_reports_and_keeps_generation_without_engine(admin_client, alice):
    queued, failed = make_generation(alice), make_failed_generation(alice, "engine_lost")
    before = list(Generation.objects.order_by("pk").values())
    page = run_action(admin_client, GENERATIONS, "requeue", queued.pk, failed.pk)
    assert "no engine held them" in page_messages(page)[0]
    assert page_messages(page)[0].startswith("0 generations were queued again. 2 were not")
    assert list(Generation.objects.order_by("pk").values()) == before
    assert log_entries() == []


def test_action_on_more_rows_than_maximum_is_rejected(admin_client, alice, monkeypatch):
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


def test_purge_action_deletes_cached_results_of_selected_user_only(admin_client, alice, bob):
    for user in (alice, bob):
        key = make_generation(user, result_key=f"key-of-{user}").result_key
        cache_results({key: {"generationId": "g", "cards": []}})
    assert page_messages(run_action(admin_client, USERS, "purge", alice.pk)) == [
        "1 user was freed of what was cached."
    ]
    assert read_results(["key-of-alice"]) == {}
    assert read_results(["key-of-bob"])


def test_refresh_token_is_hidden_and_is_rejected_after_revoke_action(admin_client, alice, api):
    refresh = RefreshToken.for_user(alice)
    row = alice.outstandingtoken_set.get()
    assert str(refresh) not in admin_client.get(f"{TOKENS}{row.pk}/change/").content.decode()
    assert page_messages(run_action(admin_client, TOKENS, "revoke", row.pk)) == [
        "1 Outstanding Token was revoked."
    ]
    assert api(None).post("/api/auth/token/refresh", {"refresh": str(refresh)}).status_code == 401


def export_rows(client, name, *keys):
    response = run_action(client, GENERATIONS, name, *keys)
    assert "no-store" in response["Cache-Control"]
    return read_stream(response).decode()


def test_csv_export_contains_row_with_escaped_formula_and_is_logged(admin_client, alice):
    generation = make_generation(alice, prompt="=1+1")
    (row,) = csv.DictReader(export_rows(admin_client, "export_csv", generation.pk).splitlines())
    assert (row["id"], row["user__username"], row["prompt"]) == (
        str(generation.pk),
        "alice",
        "'=1+1",
    )
    assert LogEntry.objects.get().change_message.startswith("Exported as csv: id, session_id")


def test_json_export_contains_generation_as_json_line(admin_client, alice):
    generation = make_generation(alice)
    (line,) = export_rows(admin_client, "export_json", generation.pk).splitlines()
    assert json.loads(line)["options"] == {"count": 1, "topic": "Tides"}


async def receive_next(socket, kind):
    """Return the next message of this type, and skip all others."""
    while (message := await socket.receive())["type"] != kind:
        pass
    return message


@pytest.fixture
def run_admin_action(transactional_db):
    """Return a coroutine function that runs an action of the admin."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.create_superuser("operator"))
    return sync_to_async(lambda *args: run_action(client, *args))


async def test_requeue_action_stops_engine_and_starts_second_attempt(
    socket_db, run_admin_action, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as engine:
        await receive_snapshot(engine)
        first = await lease_generation(engine)
        page = await run_admin_action(GENERATIONS, "requeue", first["generationId"])
        assert page_messages(page) == ["1 generation was queued again."]
        assert (await receive_until(engine, "cancel"))["generationId"] == first["generationId"]
        second = await receive_until(engine, "generate")
    assert (second["generationId"], second["attempt"]) == (first["generationId"], 2)
    generation = await Generation.objects.prefetch_related("attempts").aget()
    assert [attempt.outcome for attempt in generation.attempts.all()] == ["requeued", ""]


@sync_to_async
def requeue_with_events_reversed(generation_id: str) -> None:
    """Requeue a generation, and send its events in reverse order, as if one overtook the other."""
    with transaction.atomic():
        assert generation_requeue(generation_id=UUID(generation_id), now=timezone.now())
        connection.run_on_commit.reverse()


async def test_engine_is_stopped_before_second_attempt_if_events_are_reversed(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as engine:
        await receive_snapshot(engine)
        first = await lease_generation(engine)
        await requeue_with_events_reversed(first["generationId"])
        assert (await receive_until(engine, "cancel"))["generationId"] == first["generationId"]
        assert (await receive_until(engine, "generate"))["attempt"] == 2
        await engine.send(type="ping")
        messages = [await engine.receive()]
        while messages[-1]["type"] != "pong":
            messages.append(await engine.receive())
    assert "cancel" not in {message["type"] for message in messages}


async def test_cancel_action_stops_engine_and_sends_error_to_requester(
    socket_db, run_admin_action, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine, open_socket(address, V1) as requester:
        await receive_snapshot(requester)
        request = await lease_generation(engine, requester)
        await run_admin_action(GENERATIONS, "cancel", request["generationId"])
        cancel, error = await receive_next(engine, "cancel"), await receive_error(requester)
    assert (cancel["generationId"], error["code"]) == (request["generationId"], "cancelled")


async def test_close_action_closes_socket_of_session_with_code_4404(
    socket_db, run_admin_action, alice, acreate_session
):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await run_admin_action(SESSIONS, "close", session["sessionId"])
        assert (await socket.receive_close())["code"] == 4404
