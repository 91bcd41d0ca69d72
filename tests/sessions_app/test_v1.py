"""The dialect `mindflip.v1`: snapshots, numbered messages, ready engines, and resuming."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.models import Attempt, Engine, Generation, WebLLMSession
from sessions_app.services.leases import leases_recover
from tests.helpers.sockets import MODEL, make_cards, open_socket
from tests.helpers.v1 import (
    V1,
    lease_generation,
    receive_error,
    receive_snapshot,
    receive_until,
    send_card,
    send_ready,
    send_response,
)

recover_leases = sync_to_async(leases_recover)


async def test_subprotocol_is_echoed_for_v1_and_absent_for_guide_clients(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as v1_socket, open_socket(address) as guide_socket:
        assert v1_socket.subprotocol == "mindflip.v1"
        assert guide_socket.subprotocol is None


async def test_first_message_contains_session_as_returned_by_rest(
    socket_db, alice, acreate_session, api
):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"], V1) as socket:
        snapshot = await receive_snapshot(socket)
    rest_session = (
        await sync_to_async(api(alice).get)(f"/api/webllm/session/{session['sessionId']}")
    ).json()
    assert snapshot["session"] == {
        name: value for name, value in rest_session.items() if name != "wsUrl"
    }
    assert (snapshot["generations"], snapshot["seq"]) == ([], 0)


async def test_cards_are_streamed_to_requester_and_result_contains_all(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine, open_socket(address, V1) as requester:
        await receive_snapshot(requester)
        request = await lease_generation(engine, requester, count=2)
        await send_card(engine, request, "ebb", 0)
        first = await receive_until(requester, "card")
        assert (first["card"]["front"], first["index"], first["requestId"]) == ("ebb", 0, "r1")
        await send_card(engine, request, "flow", 1)
        second = await receive_until(requester, "card")
        assert second["seq"] > first["seq"]
        await send_response(engine, request, "ebb", "flow")
        result = await receive_until(requester, "result")
        assert [card["front"] for card in result["data"]["cards"]] == ["ebb", "flow"]
        assert (result["requestId"], result["data"]["cards"][0]["id"]) == (
            "r1",
            first["card"]["id"],
        )


async def test_socket_gets_generation_only_after_it_sends_ready(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        await receive_snapshot(socket)
        await socket.send(type="generate", prompt="Tides", requestId="r1")
        assert (await socket.receive())["message"] == "Queued"
        assert (await receive_until(socket, "session"))["generations"][0]["status"] == "queued"
        await send_ready(socket)
        assert (await receive_until(socket, "generate"))["attempt"] == 1


async def test_request_is_generated_by_engine_in_other_session_of_same_user(
    socket_db, alice, acreate_session
):
    phone, desktop = await acreate_session(alice), await acreate_session(alice)
    async with (
        open_socket(desktop["wsUrl"], V1) as engine,
        open_socket(phone["wsUrl"], V1) as requester,
    ):
        await receive_snapshot(requester)
        request = await lease_generation(engine, requester)
        await send_card(engine, request, "ebb")
        assert (await receive_until(requester, "card"))["card"]["front"] == "ebb"
        await send_response(engine, request, "ebb")
        assert (await receive_until(requester, "result"))["data"]["cards"][0]["front"] == "ebb"


async def test_engine_does_not_run_generation_of_other_user(
    socket_db, alice, charlie, acreate_session
):
    async with (
        open_socket((await acreate_session(charlie))["wsUrl"], V1) as engine,
        open_socket((await acreate_session(alice))["wsUrl"], V1) as requester,
    ):
        await receive_snapshot(engine)
        await send_ready(engine)
        await requester.send(type="generate", prompt="Tides", requestId="r1")
        await receive_until(requester, "progress")
        await engine.send(type="ping")
        assert (await receive_until(engine, "pong")) == {"type": "pong"}
    assert (await Generation.objects.aget()).status == "queued"


async def test_repeated_request_id_is_same_generation_while_running_and_when_done(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        await receive_snapshot(socket)
        await send_ready(socket)
        request_message = {
            "type": "generate",
            "prompt": "Tides",
            "options": {"count": 1},
            "requestId": "r1",
        }
        await socket.send(**request_message)
        request = await receive_until(socket, "generate")
        await socket.send(**request_message)
        assert (await receive_until(socket, "progress"))["generationId"] == request["generationId"]
        await send_response(socket, request, "ebb")
        first = await receive_until(socket, "result")
        await socket.send(**request_message)
        assert await receive_until(socket, "result") == first
    assert await Generation.objects.acount() == 1


async def test_cancel_stops_engine_and_sends_cancelled_error_to_requester(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine, open_socket(address, V1) as requester:
        request = await lease_generation(engine, requester)
        await requester.send(type="cancel", requestId="r1")
        error = await receive_error(requester)
        assert (error["code"], error["requestId"]) == ("cancelled", "r1")
        # The socket receives messages as an engine and as a socket of the session.
        messages = [await engine.receive() for _ in range(3)]
        assert {"type": "cancel", "generationId": request["generationId"]} in messages
        await send_response(engine, request, "ebb")
        assert (await receive_error(engine))["code"] == "stale_response"


async def test_resume_sends_missed_messages_once_and_in_order(socket_db, alice, acreate_session):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine:
        async with open_socket(address, V1) as requester:
            await receive_snapshot(requester)
            request = await lease_generation(engine, requester, count=3)
            await send_card(engine, request, "ebb", 0)
            last_seq = (await receive_until(requester, "card"))["seq"]
        await send_card(engine, request, "flow", 1)
        await send_response(engine, request, "ebb", "flow", "spring")
        await receive_until(engine, "result")
        async with open_socket(address, V1) as requester:
            await receive_snapshot(requester)
            await requester.send(type="resume", lastSeq=last_seq)
            missed = [
                await receive_until(requester, message_type)
                for message_type in ("card", "card", "result")
            ]
            assert [message.get("card", {}).get("front") for message in missed] == [
                "flow",
                "spring",
                None,
            ]
            assert sorted(message["seq"] for message in missed) == [
                message["seq"] for message in missed
            ]
            await requester.send(type="ping")
            assert (await requester.receive())["type"] == "pong", "no message is sent twice"


async def test_missed_messages_precede_new_messages_if_url_contains_last_seq(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine:
        request = await lease_generation(engine, count=3)
        await send_card(engine, request, "ebb", 0)
        last_seq = (await receive_until(engine, "card"))["seq"]
        await send_card(engine, request, "flow", 1)
        await receive_until(engine, "card")
        async with open_socket(f"{address}&lastSeq={last_seq}", V1) as reconnected:
            await send_response(engine, request, "ebb", "flow", "spring")
            await receive_until(engine, "result")
            assert (await receive_snapshot(reconnected))["seq"] > last_seq
            messages = [
                await receive_until(reconnected, message_type)
                for message_type in ("card", "card", "result")
            ]
            assert [message.get("index") for message in messages] == [1, 2, None]
            await reconnected.send(type="ping")
            assert (await reconnected.receive())["type"] == "pong", "no message is sent twice"


@pytest.mark.parametrize("last_seq", ["99", "-1", "x", "", "9" * 40])
async def test_invalid_last_seq_in_url_is_ignored(socket_db, alice, acreate_session, last_seq):
    async with open_socket(
        f"{(await acreate_session(alice))['wsUrl']}&lastSeq={last_seq}", V1
    ) as socket:
        await receive_snapshot(socket)
        await socket.send(type="ping")
        assert (await socket.receive())["type"] == "pong"


async def test_heartbeat_sends_new_queue_position_after_earlier_request_is_cancelled(
    socket_db, alice, acreate_session, settings
):
    settings.HEARTBEAT_SECONDS = 1
    first, other = await acreate_session(alice), await acreate_session(alice)
    async with (
        open_socket(first["wsUrl"], V1) as before,
        open_socket(other["wsUrl"], V1) as waiting,
    ):
        await before.send(type="generate", prompt="Tides", requestId="r1")
        await receive_until(before, "progress")
        await waiting.send(type="generate", prompt="Moons", requestId="r2")
        while not (snapshot := await receive_until(waiting, "session"))["generations"]:
            pass
        assert snapshot["generations"][0]["place"] == 1
        await before.send(type="cancel", requestId="r1")
        new_snapshot = await receive_until(waiting, "session")
        assert (new_snapshot["generations"][0]["place"], new_snapshot["seq"]) == (
            0,
            snapshot["seq"],
        )


async def test_progress_message_moves_lease_to_reconnected_socket(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as before:
        request = await lease_generation(before)
    async with open_socket(address, V1) as after:
        await receive_snapshot(after)
        await after.send(type="progress", progress=50, lease=request["lease"])
        await after.send(type="ping")
        await receive_until(after, "pong")
        generation = await Generation.objects.aget()
        assert generation.engine != (await Attempt.objects.aget()).engine
        assert generation.lease_expires_at > timezone.now() + timezone.timedelta(seconds=100)
        await after.send(type="progress", progress=50, lease="3f0b6e5e-0000-4000-8000-000000000000")
        assert (await receive_error(after))["code"] == "stale_response"


async def test_resume_with_unknown_seq_sends_new_snapshot(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        first = await receive_snapshot(socket)
        await socket.send(type="resume", lastSeq=999)
        assert await receive_snapshot(socket) == first


@pytest.mark.parametrize("last_seq", [0, 999])
async def test_repeated_resume_is_rate_limited_by_cost_and_socket_stays_open(
    socket_db, alice, acreate_session, settings, last_seq
):
    settings.RESUME_BYTES_PER_SECOND = 16_384  # each resume counts as 64 KiB, or four seconds
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        request = await lease_generation(socket)
        await send_response(socket, request, "ebb")
        seq = (await receive_until(socket, "result"))["seq"]
        for _ in range(20):
            await socket.send(type="resume", lastSeq=last_seq)
        await socket.send(type="resume", lastSeq=seq)
        await socket.send(type="ping")
        messages = [await socket.receive()]
        while messages[-1]["type"] != "pong":
            messages.append(await socket.receive())
        errors = [message for message in messages if message["type"] == "error"]
        assert {message["code"] for message in errors} == {"rate_limited"}
        assert all(message["retryable"] and 1 <= message["retryAfter"] <= 8 for message in errors)
        assert 12 <= len(errors) < 20


async def test_resume_sends_snapshot_if_too_many_messages_were_missed(
    socket_db, alice, acreate_session, settings
):
    settings.RESUME_LIMIT = 1
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        await receive_snapshot(socket)
        for number in range(3):
            await socket.send(type="generate", prompt=f"Topic {number}", requestId=f"r{number}")
            await receive_until(socket, "session")
        await socket.send(type="resume", lastSeq=0)
        assert len((await receive_snapshot(socket))["generations"]) == 3


async def test_other_engine_generates_only_missing_cards_of_lost_engine(
    socket_db, alice, acreate_session
):
    session, other = await acreate_session(alice), await acreate_session(alice)
    async with open_socket(other["wsUrl"], V1) as second:
        async with open_socket(session["wsUrl"], V1) as first:
            request = await lease_generation(first, count=2)
            await send_card(first, request, "ebb")
            await receive_until(first, "card")
        await send_ready(second)
        assert await recover_leases(now=timezone.now() + timezone.timedelta(seconds=31)) == 1
        retry = await receive_until(second, "generate")
        assert (retry["generationId"], retry["attempt"], retry["options"]["count"]) == (
            request["generationId"],
            2,
            1,
        )
        assert [card["front"] for card in retry["cardsSoFar"]] == ["ebb"]


async def test_engine_that_reconnects_within_grace_period_keeps_its_lease(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as before:
        request = await lease_generation(before)
    async with open_socket(address, V1) as after:
        await receive_snapshot(after)
        await send_response(after, request, "ebb")
        assert (await receive_until(after, "result"))["data"]["cards"][0]["front"] == "ebb"


async def test_duplicate_card_is_ignored(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        request = await lease_generation(socket, count=2)
        for _ in range(2):
            await send_card(socket, request, "ebb")
        await send_card(socket, request, "flow", 1)
        assert [(await receive_until(socket, "card"))["card"]["front"] for _ in range(2)] == [
            "ebb",
            "flow",
        ]


async def test_card_with_expired_lease_is_rejected_as_stale(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        request = await lease_generation(socket, count=2)
        await recover_leases(now=timezone.now() + timezone.timedelta(seconds=151))
        await send_card(socket, request, "ebb")
        assert (await receive_error(socket))["code"] == "stale_response"


async def test_queued_generation_is_started_by_next_heartbeat_if_its_events_were_lost(
    socket_db, alice, acreate_session, settings
):
    settings.HEARTBEAT_SECONDS = 1
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine, open_socket(address, V1):
        await send_ready(engine)
        await engine.send(type="ping")
        await receive_until(engine, "pong")  # the engine is ready, and looked for work
        await sync_to_async(_create_generation_without_events)(alice)
        await engine.send(type="ping")
        messages = [await engine.receive()]
        while messages[-1]["type"] != "generate":
            if messages[-1]["type"] == "ping":
                await engine.send(type="pong")
            messages.append(await engine.receive())
        assert messages[-1]["options"]["topic"] == "Silent"
        # Each heartbeat sends a `ping` first. One that is sent before the `pong` may have run
        # before the generation existed.
        types = [message["type"] for message in messages]
        after_pong = types[types.index("pong") :] if "pong" in types else []
        assert after_pong.count("ping") <= 1, types


def _create_generation_without_events(user: User) -> None:
    """Insert a queued generation without sending its events."""
    session = WebLLMSession.objects.get()
    options = {"count": 1, "topic": "Silent"}
    Generation.objects.create(
        session=session,
        user=user,
        kind="flashcards",
        prompt="p",
        options=options,
        result_key="k",
        seq=1,
    )
    WebLLMSession.objects.update(seq=1)


async def test_socket_is_closed_with_4408_if_client_does_not_respond_to_ping(
    socket_db, alice, acreate_session, settings
):
    settings.HEARTBEAT_SECONDS = 1
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        await receive_snapshot(socket)
        assert await socket.receive() == {"type": "ping"}
        close = await socket.receive_close()
        assert (close["code"], bool(close["reason"])) == (4408, True)


async def test_engine_is_stored_when_ready_and_deleted_when_its_socket_disconnects(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        await send_ready(socket, facts={"adapter": "swiftshader"}, speed=12.5)
        await socket.send(type="ping")
        await receive_until(socket, "pong")
        engine = await Engine.objects.aget()
        assert (engine.model_id, engine.speed, engine.facts) == (
            MODEL,
            12.5,
            {"adapter": "swiftshader"},
        )
    assert not await Engine.objects.aexists()


async def test_failed_engine_gets_no_generation_until_it_sends_ready_again(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        request = await lease_generation(socket)
        await socket.send(
            type="error",
            error="The graphics card is gone.",
            code="device_lost",
            generationId=request["generationId"],
        )
        while (await receive_until(socket, "session"))["generations"][0]["status"] == "leased":
            pass
        assert not await Engine.objects.aexists()
        await send_ready(socket)
        assert (await receive_until(socket, "generate"))["attempt"] == 2


async def test_guide_dialect_rejects_message_types_of_v1(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        for message_type in ("ready", "card", "cancel", "resume", "ping", "pong"):
            await socket.send(type=message_type)
            assert (await socket.receive())["code"] == "unknown_type"


async def test_request_in_guide_dialect_stores_no_seq_numbers(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
        await socket.receive_type("result")
    generation = await Generation.objects.select_related("session").aget()
    assert (generation.seq, generation.card_seqs, generation.session.seq) == (None, [], 0)
