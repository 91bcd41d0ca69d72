"""The dialect `mindflip.v1`: snapshots, numbered messages, engines that are ready, and resuming."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from sessions_app.models import Attempt, Engine, Generation
from sessions_app.services.leases import leases_recover
from tests.helpers.sockets import MODEL, Socket, make_cards, open_socket
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

recover = sync_to_async(leases_recover)


async def test_the_subprotocol_is_echoed_and_the_guides_clients_get_none(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as ours, open_socket(address) as guides:
        assert ours.subprotocol == "mindflip.v1"
        assert guides.subprotocol is None


async def test_a_socket_begins_with_the_session_as_rest_shows_it(
    socket_db, alice, acreate_session, api
):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"], V1) as socket:
        snapshot = await receive_snapshot(socket)
    rest = (
        await sync_to_async(api(alice).get)(f"/api/webllm/session/{session['sessionId']}")
    ).json()
    assert snapshot["session"] == {name: value for name, value in rest.items() if name != "wsUrl"}
    assert (snapshot["generations"], snapshot["seq"]) == ([], 0)


async def test_cards_stream_to_the_asker_one_by_one_and_the_result_has_them_all(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine, open_socket(address, V1) as asker:
        await receive_snapshot(asker)
        request = await lease_generation(engine, asker, count=2)
        await send_card(engine, request, "ebb", 0)
        first = await receive_until(asker, "card")
        assert (first["card"]["front"], first["index"], first["requestId"]) == ("ebb", 0, "r1")
        await send_card(engine, request, "flow", 1)
        second = await receive_until(asker, "card")
        assert second["seq"] > first["seq"]
        await send_response(engine, request, "ebb", "flow")
        result = await receive_until(asker, "result")
        assert [card["front"] for card in result["data"]["cards"]] == ["ebb", "flow"]
        assert (result["requestId"], result["data"]["cards"][0]["id"]) == (
            "r1",
            first["card"]["id"],
        )


async def test_a_socket_is_no_engine_before_it_says_ready(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        await receive_snapshot(socket)
        await socket.send(type="generate", prompt="Tides", requestId="r1")
        assert (await socket.receive())["message"] == "Queued"
        assert (await receive_until(socket, "session"))["generations"][0]["status"] == "queued"
        await send_ready(socket)
        assert (await receive_until(socket, "generate"))["attempt"] == 1


async def test_a_phone_is_served_by_its_owners_desktop(socket_db, alice, acreate_session):
    phone, desktop = await acreate_session(alice), await acreate_session(alice)
    async with (
        open_socket(desktop["wsUrl"], V1) as engine,
        open_socket(phone["wsUrl"], V1) as asker,
    ):
        await receive_snapshot(asker)
        request = await lease_generation(engine, asker)
        await send_card(engine, request, "ebb")
        assert (await receive_until(asker, "card"))["card"]["front"] == "ebb"
        await send_response(engine, request, "ebb")
        assert (await receive_until(asker, "result"))["data"]["cards"][0]["front"] == "ebb"


async def test_an_engine_never_works_for_another_user(socket_db, alice, charlie, acreate_session):
    async with (
        open_socket((await acreate_session(charlie))["wsUrl"], V1) as engine,
        open_socket((await acreate_session(alice))["wsUrl"], V1) as asker,
    ):
        await receive_snapshot(engine)
        await send_ready(engine)
        await asker.send(type="generate", prompt="Tides", requestId="r1")
        await receive_until(asker, "progress")
        await engine.send(type="ping")
        assert (await receive_until(engine, "pong")) == {"type": "pong"}
    assert (await Generation.objects.aget()).status == "queued"


async def test_a_repeated_request_is_the_same_generation_whatever_its_state(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        await receive_snapshot(socket)
        await send_ready(socket)
        ask = {"type": "generate", "prompt": "Tides", "options": {"count": 1}, "requestId": "r1"}
        await socket.send(**ask)
        request = await receive_until(socket, "generate")
        await socket.send(**ask)
        assert (await receive_until(socket, "progress"))["generationId"] == request["generationId"]
        await send_response(socket, request, "ebb")
        first = await receive_until(socket, "result")
        await socket.send(**ask)
        assert await receive_until(socket, "result") == first
    assert await Generation.objects.acount() == 1


async def test_cancel_reaches_the_engine_and_the_asker(socket_db, alice, acreate_session):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine, open_socket(address, V1) as asker:
        request = await lease_generation(engine, asker)
        await asker.send(type="cancel", requestId="r1")
        error = await receive_error(asker)
        assert (error["code"], error["requestId"]) == ("cancelled", "r1")
        # The socket receives messages as an engine and as a socket of the session.
        heard = [await engine.receive() for _ in range(3)]
        assert {"type": "cancel", "generationId": request["generationId"]} in heard
        await send_response(engine, request, "ebb")
        assert (await receive_error(engine))["code"] == "stale_response"


async def test_who_returns_gets_what_was_missed_once_and_in_order(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine:
        async with open_socket(address, V1) as asker:
            await receive_snapshot(asker)
            request = await lease_generation(engine, asker, count=3)
            await send_card(engine, request, "ebb", 0)
            seen = (await receive_until(asker, "card"))["seq"]
        await send_card(engine, request, "flow", 1)
        await send_response(engine, request, "ebb", "flow", "spring")
        await receive_until(engine, "result")
        async with open_socket(address, V1) as asker:
            await receive_snapshot(asker)
            await asker.send(type="resume", lastSeq=seen)
            missed = [await receive_until(asker, kind) for kind in ("card", "card", "result")]
            assert [message.get("card", {}).get("front") for message in missed] == [
                "flow",
                "spring",
                None,
            ]
            assert sorted(message["seq"] for message in missed) == [
                message["seq"] for message in missed
            ]
            await asker.send(type="ping")
            assert (await asker.receive())["type"] == "pong", "and nothing twice"


async def test_what_was_missed_comes_before_any_news_when_the_address_names_the_number(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine:
        request = await lease_generation(engine, count=3)
        await send_card(engine, request, "ebb", 0)
        seen = (await receive_until(engine, "card"))["seq"]
        await send_card(engine, request, "flow", 1)
        await receive_until(engine, "card")
        async with open_socket(f"{address}&lastSeq={seen}", V1) as returning:
            await send_response(engine, request, "ebb", "flow", "spring")
            await receive_until(engine, "result")
            assert (await receive_snapshot(returning))["seq"] > seen
            heard = [await receive_until(returning, kind) for kind in ("card", "card", "result")]
            assert [message.get("index") for message in heard] == [1, 2, None]
            await returning.send(type="ping")
            assert (await returning.receive())["type"] == "pong", "and nothing twice"


@pytest.mark.parametrize("number", ["99", "-1", "x", "", "9" * 40])
async def test_a_number_in_the_address_that_is_none_of_ours_changes_nothing(
    socket_db, alice, acreate_session, number
):
    async with open_socket(
        f"{(await acreate_session(alice))['wsUrl']}&lastSeq={number}", V1
    ) as socket:
        await receive_snapshot(socket)
        await socket.send(type="ping")
        assert (await socket.receive())["type"] == "pong"


async def test_who_waits_hears_by_a_heartbeat_that_it_moved_up(
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
        again = await receive_until(waiting, "session")
        assert (again["generations"][0]["place"], again["seq"]) == (0, snapshot["seq"])


async def test_a_sign_of_life_claims_the_lease_for_the_socket_that_came_back(
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


async def test_a_number_from_nowhere_gets_a_fresh_snapshot(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        first = await receive_snapshot(socket)
        await socket.send(type="resume", lastSeq=999)
        assert await receive_snapshot(socket) == first


@pytest.mark.parametrize("number", [0, 999])
async def test_repeated_resume_is_refused_until_its_cost_is_paid_and_the_socket_lives(
    socket_db, alice, acreate_session, settings, number
):
    settings.RESUME_BYTES_PER_SECOND = 16_384  # each one counts as 64 KiB, or four seconds
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        request = await lease_generation(socket)
        await send_response(socket, request, "ebb")
        seq = (await receive_until(socket, "result"))["seq"]
        for _ in range(20):
            await socket.send(type="resume", lastSeq=number)
        await socket.send(type="resume", lastSeq=seq)
        await socket.send(type="ping")
        answers = [await socket.receive()]
        while answers[-1]["type"] != "pong":
            answers.append(await socket.receive())
        refusals = [answer for answer in answers if answer["type"] == "error"]
        assert {answer["code"] for answer in refusals} == {"rate_limited"}
        assert all(answer["retryable"] and 1 <= answer["retryAfter"] <= 8 for answer in refusals)
        assert 12 <= len(refusals) < 20


async def test_too_much_missed_gets_a_fresh_snapshot(socket_db, alice, acreate_session, settings):
    settings.RESUME_LIMIT = 1
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        await receive_snapshot(socket)
        for number in range(3):
            await socket.send(type="generate", prompt=f"Topic {number}", requestId=f"r{number}")
            await receive_until(socket, "session")
        await socket.send(type="resume", lastSeq=0)
        assert len((await receive_snapshot(socket))["generations"]) == 3


async def test_the_cards_of_a_lost_engine_stay_and_another_makes_the_rest(
    socket_db, alice, acreate_session
):
    session, other = await acreate_session(alice), await acreate_session(alice)
    async with open_socket(other["wsUrl"], V1) as second:
        async with open_socket(session["wsUrl"], V1) as first:
            request = await lease_generation(first, count=2)
            await send_card(first, request, "ebb")
            await receive_until(first, "card")
        await send_ready(second)
        assert await recover(now=timezone.now() + timezone.timedelta(seconds=31)) == 1
        again = await receive_until(second, "generate")
        assert (again["generationId"], again["attempt"], again["options"]["count"]) == (
            request["generationId"],
            2,
            1,
        )
        assert [card["front"] for card in again["cardsSoFar"]] == ["ebb"]


async def test_an_engine_that_comes_back_within_its_grace_keeps_its_lease(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as before:
        request = await lease_generation(before)
    async with open_socket(address, V1) as after:
        await receive_snapshot(after)
        await send_response(after, request, "ebb")
        assert (await receive_until(after, "result"))["data"]["cards"][0]["front"] == "ebb"


async def test_the_same_card_twice_is_one_card(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        request = await lease_generation(socket, count=2)
        for _ in range(2):
            await send_card(socket, request, "ebb")
        await send_card(socket, request, "flow", 1)
        assert [(await receive_until(socket, "card"))["card"]["front"] for _ in range(2)] == [
            "ebb",
            "flow",
        ]


async def test_a_card_under_a_lost_lease_is_stale(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        request = await lease_generation(socket, count=2)
        await recover(now=timezone.now() + timezone.timedelta(seconds=151))
        await send_card(socket, request, "ebb")
        assert (await receive_error(socket))["code"] == "stale_response"


async def test_losing_every_event_costs_at_most_one_heartbeat(
    socket_db, alice, acreate_session, settings
):
    settings.HEARTBEAT_SECONDS = 1
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, V1) as engine, open_socket(address, V1) as asker:
        await send_ready(engine)
        await receive_until(engine, "session")
        await sync_to_async(_insert_behind_everybodys_back)(alice, asker)
        request = await receive_until(engine, "generate")
        assert request["options"]["topic"] == "Silent"


def _insert_behind_everybodys_back(user: Any, asker: Socket) -> None:
    """Insert a queued generation without sending its events."""
    from sessions_app.models import WebLLMSession

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


async def test_who_answers_no_ping_is_closed(socket_db, alice, acreate_session, settings):
    settings.HEARTBEAT_SECONDS = 1
    async with open_socket((await acreate_session(alice))["wsUrl"], V1) as socket:
        await receive_snapshot(socket)
        assert await socket.receive() == {"type": "ping"}
        close = await socket.receive_close()
        assert (close["code"], bool(close["reason"])) == (4408, True)


async def test_an_engine_is_gone_with_its_socket(socket_db, alice, acreate_session):
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


async def test_a_broken_engine_gets_nothing_until_it_says_ready_again(
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


async def test_the_guides_dialect_knows_none_of_these_messages(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        for kind in ("ready", "card", "cancel", "resume", "ping", "pong"):
            await socket.send(type=kind)
            assert (await socket.receive())["code"] == "unknown_type"


async def test_what_the_guides_dialect_asks_for_writes_no_number(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
        await socket.receive_type("result")
    generation = await Generation.objects.select_related("session").aget()
    assert (generation.seq, generation.card_seqs, generation.session.seq) == (None, [], 0)
