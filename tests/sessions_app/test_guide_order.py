"""The guide's dialect has no IDs, so each request gets one reply, in order.

No message from an engine disturbs another request.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from sessions_app import metrics
from sessions_app.models import Generation
from sessions_app.services.leases import generations_cancel
from tests.helpers.sockets import (
    Socket,
    make_cards,
    open_socket,
    wait_for_heartbeats,
    wait_until,
)

REPLY_TYPES = {"result", "error"}


@pytest.fixture
def open_guide_socket(socket_db, alice, acreate_session):
    """Return a function that opens a socket of the guide's dialect for Alice."""

    @asynccontextmanager
    async def open_alice_socket() -> AsyncIterator[Socket]:
        async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
            yield socket

    return open_alice_socket


async def receive_replies(socket: Socket, count: int) -> list[str]:
    """Return the first card or the error code of each reply, in order.

    Until then, respond to each `generate` with a card whose front is the topic.
    """
    received: list[str] = []
    while len(received) < count:
        message = await socket.receive()
        if message["type"] == "generate":
            await socket.send_cards(message, make_cards(message["options"]["topic"]))
        elif message["type"] == "result":
            received.append(message["data"]["cards"][0]["front"])
        elif message["type"] == "error":
            received.append(message["code"])
    return received


async def receive_reply(socket: Socket) -> dict:
    while (message := await socket.receive())["type"] not in REPLY_TYPES:
        assert message["type"] in {"progress", "generate"}
    return message


# --- duplicate and late responses ---
async def test_duplicate_response_does_not_fail_later_requests(open_guide_socket):
    async with open_guide_socket() as socket:
        for topic in ("first", "second", "third"):
            await socket.request_cards(topic, 1)
            request = await socket.receive_type("generate")
            await socket.send_cards(request, make_cards(topic))
            await socket.send_cards(request, make_cards(topic))
            assert (await receive_reply(socket))["data"]["cards"][0]["front"] == topic
        assert await socket.is_alive()


async def test_duplicate_response_does_not_fail_queued_request(open_guide_socket):
    async with open_guide_socket() as socket:
        await socket.request_cards("first", 1)
        await socket.request_cards("second", 1)
        request = await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("first"))
        await socket.send_cards(request, make_cards("first"))
        assert await receive_replies(socket, 2) == ["first", "second"]
        assert await socket.is_alive()


async def test_duplicate_of_incomplete_response_is_ignored(open_guide_socket):
    async with open_guide_socket() as socket:
        await socket.request_cards("Tides", 3)
        request = await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("ebb"))
        await socket.send_cards(request, make_cards("ebb"))
        await socket.send_cards(await socket.receive_type("generate"), make_cards("flow", "spring"))
        assert len((await receive_reply(socket))["data"]["cards"]) == 3
        assert await socket.is_alive()


async def test_duplicate_response_with_lease_is_ignored(open_guide_socket):
    async with open_guide_socket() as socket:
        await socket.request_cards("Tides", 1)
        request = await socket.receive_type("generate")
        response = {"type": "response", "data": {"cards": make_cards("ebb")}}
        for _ in range(2):
            await socket.send(
                **response,
                **{name: request[name] for name in ("cacheKey", "lease", "generationId")},
            )
        assert (await receive_reply(socket))["type"] == "result"
        assert await socket.is_alive()


async def test_response_to_cancelled_generation_does_not_fail_other_request(open_guide_socket):
    async with open_guide_socket() as socket:
        await socket.request_cards("first", 1)
        cancelled_request = await socket.receive_type("generate")
        await sync_to_async(generations_cancel)(
            generation_ids=[cancelled_request["generationId"]], now=timezone.now()
        )
        assert (await receive_reply(socket))["code"] == "cancelled"
        await socket.request_cards("second", 1)
        request = await socket.receive_type("generate")
        await socket.send_cards(cancelled_request, make_cards("first"))
        await socket.send_cards(request, make_cards("second"))
        assert (await receive_reply(socket))["data"]["cards"][0]["front"] == "second"


async def test_response_to_request_of_another_session_is_rejected(
    socket_db, alice, acreate_session
):
    session, other = await acreate_session(alice), await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        request = await socket.receive_type("generate")
    async with open_socket(other["wsUrl"]) as socket:
        await socket.send_cards(request, make_cards("ebb"))
        assert (await socket.receive())["code"] == "unknown_cache_key"


# --- responses on a new socket ---
@pytest.fixture
async def interrupted_request(socket_db, alice, acreate_session):
    """Return a session's address, and the request that its engine was working on.

    The session's socket disconnected while the engine worked on `Tides`.
    """
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 2)
        request = await socket.receive_type("generate")
    return session["wsUrl"], request


async def test_response_on_new_socket_is_accepted_and_cached(interrupted_request):
    address, request = interrupted_request
    async with open_socket(address) as socket:
        await socket.send_cards(request, make_cards("ebb", "flow"))
        assert await socket.is_alive()
        await socket.request_cards("Tides", 2)
        assert (await receive_reply(socket))["data"]["cached"]
    assert await Generation.objects.acount() == 1


async def test_response_on_new_socket_completes_repeated_request(interrupted_request):
    address, request = interrupted_request
    async with open_socket(address) as socket:
        await socket.request_cards("Tides", 2)
        await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("ebb", "flow"))
        assert len((await receive_reply(socket))["data"]["cards"]) == 2
        await socket.send_cards(request, make_cards("ebb", "flow"))
        assert await socket.is_alive()
    assert await Generation.objects.acount() == 1


async def test_missing_cards_are_requested_after_incomplete_response_on_new_socket(
    interrupted_request,
):
    address, request = interrupted_request
    async with open_socket(address) as socket:
        await socket.send_cards(request, make_cards("ebb"))
        follow_up = await socket.receive_type("generate")
        assert (follow_up["options"]["count"], follow_up["cardsSoFar"][0]["front"]) == (1, "ebb")
        await socket.send_cards(follow_up, make_cards("flow"))
        await socket.request_cards("Tides", 2)
        assert (await receive_reply(socket))["data"]["cached"]


async def test_response_on_new_socket_does_not_affect_its_running_generation(interrupted_request):
    address, request = interrupted_request
    async with open_socket(address) as socket:
        await socket.request_cards("Moons", 1)
        moons_request = await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("ebb", "flow"))
        await socket.send_cards(moons_request, make_cards("waxing"))
        assert (await receive_reply(socket))["data"]["cards"][0]["front"] == "waxing"
    assert await Generation.objects.filter(status="succeeded").acount() == 2


async def test_cards_of_incomplete_response_are_kept_if_new_socket_is_busy(interrupted_request):
    address, request = interrupted_request
    async with open_socket(address) as socket:
        await socket.request_cards("Moons", 1)
        moons_request = await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("ebb"))
        await socket.send_cards(moons_request, make_cards("waxing"))
        assert (await receive_reply(socket))["data"]["cards"][0]["front"] == "waxing"
    generation = await Generation.objects.aget(status="leased")
    assert [card["front"] for card in generation.cards] == ["ebb"]


# --- replies that are ready before those of earlier requests ---
async def test_queue_full_error_is_sent_after_results_of_earlier_requests(
    open_guide_socket, settings
):
    settings.MAX_QUEUED_PER_USER = 2
    async with open_guide_socket() as socket:
        for topic in ("first", "second", "third", "fourth"):
            await socket.request_cards(topic, 1)
        assert await receive_replies(socket, 4) == ["first", "second", "queue_full", "queue_full"]
        await socket.request_cards("fifth", 1)
        assert await receive_replies(socket, 1) == ["fifth"]


BAD_REQUESTS = {
    "invalid_message": '{"type": "generate", "prompt": ""}',
    "unknown_type": '{"type": "generates", "prompt": "Tides"}',
    "invalid_json": '{"type": "generate", "prompt": "Tides"',
    "too_large": '{"type": "generate", "prompt": "Tides", "note": "' + "x" * 70_000 + '"}',
}


@pytest.mark.parametrize("code", BAD_REQUESTS)
async def test_error_of_bad_request_is_sent_after_result_of_earlier_request(
    open_guide_socket, code
):
    async with open_guide_socket() as socket:
        await socket.request_cards("first", 1)
        await socket.send_frame(BAD_REQUESTS[code])
        await socket.request_cards("third", 1)
        assert await receive_replies(socket, 3) == ["first", code, "third"]


async def test_cached_result_is_sent_after_result_of_earlier_request(open_guide_socket):
    async with open_guide_socket() as socket:
        await socket.request_cards("known", 1)
        assert await receive_replies(socket, 1) == ["known"]
        for topic in ("new", "known", "newer"):
            await socket.request_cards(topic, 1)
        assert await receive_replies(socket, 3) == ["new", "known", "newer"]


async def test_waiting_cached_results_count_toward_queue_limit(open_guide_socket, settings):
    settings.MAX_QUEUED_PER_USER = 3
    async with open_guide_socket() as socket:
        await socket.request_cards("known", 1)
        assert await receive_replies(socket, 1) == ["known"]
        for topic in ("new", "known", "known", "known"):
            await socket.request_cards(topic, 1)
        assert await receive_replies(socket, 4) == ["new", "known", "known", "queue_full"]


async def test_repeated_request_joins_its_generation_if_queue_is_full(open_guide_socket, settings):
    settings.MAX_QUEUED_PER_USER = 1
    async with open_guide_socket() as socket:
        for _ in range(2):
            await socket.send(
                type="generate",
                prompt="Tides",
                options={"count": 1, "topic": "Tides"},
                requestId="r1",
            )
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
        assert await receive_replies(socket, 1) == ["ebb"]
        assert await socket.is_alive()


async def test_cancelled_error_is_sent_after_result_of_earlier_request(open_guide_socket, settings):
    settings.HEARTBEAT_SECONDS = 0.1
    async with open_guide_socket() as socket:
        await socket.request_cards("first", 1)
        request = await socket.receive_type("generate")
        await socket.request_cards("second", 1)
        queued = await socket.receive()
        await sync_to_async(generations_cancel)(
            generation_ids=[queued["generationId"]], now=timezone.now()
        )
        await wait_for_heartbeats()  # each of them looks for outcomes whose event is late
        await socket.send(
            type="response", cacheKey="webllm:flashcards:unknown:1", data={"cards": []}
        )
        assert (await socket.receive())["code"] == "unknown_cache_key", "`cancelled` waits"
        await socket.send_cards(request, make_cards("first"))
        assert await receive_replies(socket, 2) == ["first", "cancelled"]


async def test_error_of_binary_frame_is_sent_after_result_of_earlier_request(open_guide_socket):
    async with open_guide_socket() as socket:
        await socket.request_cards("first", 1)
        await socket.send_frame(binary=b"\x00")
        assert await receive_replies(socket, 2) == ["first", "invalid_message"]


async def test_socket_is_closed_with_4429_if_too_many_replies_are_pending(
    open_guide_socket, settings
):
    settings.SOCKET_RATE, settings.SOCKET_BURST = 10_000, 10_000
    async with open_guide_socket() as socket:
        await socket.request_cards("first", 1)
        await socket.receive_type("generate")
        for _ in range(1_001):
            await socket.send(type="generate", prompt="")
        async with asyncio.timeout(60):
            assert (await socket.receive_close())["code"] == 4429


# --- messages of the engine that are rejected ---
async def test_malformed_response_fails_only_its_own_request(open_guide_socket):
    async with open_guide_socket() as socket:
        await socket.request_cards("first", 1)
        await socket.request_cards("second", 1)
        await socket.receive_type("generate")
        await socket.send(type="response", cacheKey="webllm:flashcards:first:1", data={})
        error = await receive_reply(socket)
        assert (error["code"], "data" in error["error"]) == ("invalid_message", True)
        assert await receive_replies(socket, 1) == ["second"]


@pytest.mark.parametrize("message", [{"type": "progress", "progress": "half"}, {"type": "error"}])
async def test_malformed_engine_message_does_not_fail_request(open_guide_socket, message):
    async with open_guide_socket() as socket:
        await socket.request_cards("first", 1)
        request = await socket.receive_type("generate")
        await socket.send(**message)
        await socket.send_cards(request, make_cards("first"))
        assert await receive_replies(socket, 1) == ["first"]


async def test_response_over_rate_limit_is_dropped_without_failing_request(
    open_guide_socket, settings, rate_limit_clock
):
    settings.SOCKET_RATE, settings.SOCKET_BURST = 1, 1
    async with open_guide_socket() as socket:
        await socket.request_cards("first", 1)
        request = await socket.receive_type("generate")
        rejected_before = count_rejected_messages()
        await socket.send_cards(request, make_cards("first"))
        await wait_until(lambda: count_rejected_messages() == rejected_before + 1)
        rate_limit_clock.seconds += 1
        await socket.send_cards(request, make_cards("first"))
        assert await receive_replies(socket, 1) == ["first"], "no error is sent before the result"


def count_rejected_messages() -> int:
    return metrics.REFUSALS.read().get(("rate_limited",), 0)
