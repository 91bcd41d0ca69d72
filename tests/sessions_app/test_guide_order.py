"""The guide's dialect has no IDs, so each request gets one reply, in order.

No message from an engine disturbs another request.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from sessions_app.models import Generation
from sessions_app.services.leases import generations_cancel
from tests.helpers.sockets import Socket, make_cards, open_socket

REPLIES = {"result", "error"}


@pytest.fixture
def guide(socket_db, alice, acreate_session):
    """Open a socket of the guide's dialect for Alice."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Socket]:
        async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
            yield socket

    return opened


async def replies(socket: Socket, count: int) -> list[str]:
    """Return the first card or the error code of each reply, in order.

    The socket answers each `generate` with a card whose front is the topic.
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


async def first_reply(socket: Socket) -> dict:
    while (message := await socket.receive())["type"] not in REPLIES:
        assert message["type"] in {"progress", "generate"}
    return message


# --- duplicate and late answers ---
async def test_answer_sent_twice_fails_no_other_call(guide):
    async with guide() as socket:
        for topic in ("first", "second", "third"):
            await socket.request_cards(topic, 1)
            request = await socket.receive_type("generate")
            await socket.send_cards(request, make_cards(topic))
            await socket.send_cards(request, make_cards(topic))
            assert (await first_reply(socket))["data"]["cards"][0]["front"] == topic
        assert await socket.is_alive()


async def test_answer_sent_twice_fails_no_call_that_waits(guide):
    async with guide() as socket:
        await socket.request_cards("first", 1)
        await socket.request_cards("second", 1)
        request = await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("first"))
        await socket.send_cards(request, make_cards("first"))
        assert await replies(socket, 2) == ["first", "second"]
        assert await socket.is_alive()


async def test_answer_sent_twice_before_the_rest_is_asked_for_is_ignored(guide):
    async with guide() as socket:
        await socket.request_cards("Tides", 3)
        request = await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("ebb"))
        await socket.send_cards(request, make_cards("ebb"))
        await socket.send_cards(await socket.receive_type("generate"), make_cards("flow", "spring"))
        assert len((await first_reply(socket))["data"]["cards"]) == 3
        assert await socket.is_alive()


async def test_answer_sent_twice_with_its_lease_is_ignored(guide):
    async with guide() as socket:
        await socket.request_cards("Tides", 1)
        request = await socket.receive_type("generate")
        answer = {"type": "response", "data": {"cards": make_cards("ebb")}}
        for _ in range(2):
            await socket.send(
                **answer, **{name: request[name] for name in ("cacheKey", "lease", "generationId")}
            )
        assert (await first_reply(socket))["type"] == "result"
        assert await socket.is_alive()


async def test_answer_to_a_cancelled_generation_fails_no_other_call(guide):
    async with guide() as socket:
        await socket.request_cards("first", 1)
        late = await socket.receive_type("generate")
        await sync_to_async(generations_cancel)(
            generation_ids=[late["generationId"]], now=timezone.now()
        )
        assert (await first_reply(socket))["code"] == "cancelled"
        await socket.request_cards("second", 1)
        request = await socket.receive_type("generate")
        await socket.send_cards(late, make_cards("first"))
        await socket.send_cards(request, make_cards("second"))
        assert (await first_reply(socket))["data"]["cards"][0]["front"] == "second"


async def test_answer_for_another_session_is_refused(socket_db, alice, acreate_session):
    session, other = await acreate_session(alice), await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        request = await socket.receive_type("generate")
    async with open_socket(other["wsUrl"]) as socket:
        await socket.send_cards(request, make_cards("ebb"))
        assert (await socket.receive())["code"] == "unknown_cache_key"


# --- answers on a new socket ---
@pytest.fixture
async def lost(socket_db, alice, acreate_session):
    """Return a session's address, and the request that its engine was working on.

    The session's socket dropped while the engine worked on `Tides`.
    """
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 2)
        request = await socket.receive_type("generate")
    return session["wsUrl"], request


async def test_answer_on_a_new_socket_is_taken_and_remembered(lost):
    address, request = lost
    async with open_socket(address) as socket:
        await socket.send_cards(request, make_cards("ebb", "flow"))
        assert await socket.is_alive()
        await socket.request_cards("Tides", 2)
        assert (await first_reply(socket))["data"]["cached"]
    assert await Generation.objects.acount() == 1


async def test_answer_on_a_new_socket_ends_the_request_that_was_sent_again(lost):
    address, request = lost
    async with open_socket(address) as socket:
        await socket.request_cards("Tides", 2)
        await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("ebb", "flow"))
        assert len((await first_reply(socket))["data"]["cards"]) == 2
        await socket.send_cards(request, make_cards("ebb", "flow"))
        assert await socket.is_alive()
    assert await Generation.objects.acount() == 1


async def test_new_socket_is_asked_for_the_rest_of_what_it_answers(lost):
    address, request = lost
    async with open_socket(address) as socket:
        await socket.send_cards(request, make_cards("ebb"))
        rest = await socket.receive_type("generate")
        assert (rest["options"]["count"], rest["cardsSoFar"][0]["front"]) == (1, "ebb")
        await socket.send_cards(rest, make_cards("flow"))
        await socket.request_cards("Tides", 2)
        assert (await first_reply(socket))["data"]["cached"]


async def test_answer_on_a_new_socket_disturbs_nothing_it_works_on(lost):
    address, request = lost
    async with open_socket(address) as socket:
        await socket.request_cards("Moons", 1)
        moons = await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("ebb", "flow"))
        await socket.send_cards(moons, make_cards("waxing"))
        assert (await first_reply(socket))["data"]["cards"][0]["front"] == "waxing"
    assert await Generation.objects.filter(status="succeeded").acount() == 2


async def test_incomplete_answer_on_a_new_socket_that_works_on_something_else_keeps_its_cards(lost):
    address, request = lost
    async with open_socket(address) as socket:
        await socket.request_cards("Moons", 1)
        moons = await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("ebb"))
        await socket.send_cards(moons, make_cards("waxing"))
        assert (await first_reply(socket))["data"]["cards"][0]["front"] == "waxing"
    left = await Generation.objects.aget(status="leased")
    assert [card["front"] for card in left.cards] == ["ebb"]


# --- replies that are ready before those of earlier requests ---
async def test_queue_full_comes_after_the_results_of_earlier_requests(guide, settings):
    settings.MAX_QUEUED_PER_USER = 2
    async with guide() as socket:
        for topic in ("first", "second", "third", "fourth"):
            await socket.request_cards(topic, 1)
        assert await replies(socket, 4) == ["first", "second", "queue_full", "queue_full"]
        await socket.request_cards("fifth", 1)
        assert await replies(socket, 1) == ["fifth"]


BAD_REQUESTS = {
    "invalid_message": '{"type": "generate", "prompt": ""}',
    "unknown_type": '{"type": "generates", "prompt": "Tides"}',
    "invalid_json": '{"type": "generate", "prompt": "Tides"',
    "too_large": '{"type": "generate", "prompt": "Tides", "note": "' + "x" * 70_000 + '"}',
}


@pytest.mark.parametrize("code", BAD_REQUESTS)
async def test_error_about_a_bad_request_comes_after_the_result_of_an_earlier_one(guide, code):
    async with guide() as socket:
        await socket.request_cards("first", 1)
        await socket.send_frame(BAD_REQUESTS[code])
        await socket.request_cards("third", 1)
        assert await replies(socket, 3) == ["first", code, "third"]


async def test_cached_result_comes_after_the_result_of_an_earlier_request(guide):
    async with guide() as socket:
        await socket.request_cards("known", 1)
        assert await replies(socket, 1) == ["known"]
        for topic in ("new", "known", "newer"):
            await socket.request_cards(topic, 1)
        assert await replies(socket, 3) == ["new", "known", "newer"]


async def test_cached_results_that_wait_are_as_many_as_the_queue_holds(guide, settings):
    settings.MAX_QUEUED_PER_USER = 3
    async with guide() as socket:
        await socket.request_cards("known", 1)
        assert await replies(socket, 1) == ["known"]
        for topic in ("new", "known", "known", "known"):
            await socket.request_cards(topic, 1)
        assert await replies(socket, 4) == ["new", "known", "known", "queue_full"]


async def test_repeated_request_is_the_same_generation_when_the_queue_is_full(guide, settings):
    settings.MAX_QUEUED_PER_USER = 1
    async with guide() as socket:
        for _ in range(2):
            await socket.send(
                type="generate",
                prompt="Tides",
                options={"count": 1, "topic": "Tides"},
                requestId="r1",
            )
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
        assert await replies(socket, 1) == ["ebb"]
        assert await socket.is_alive()


async def test_cancelled_request_is_reported_after_the_result_of_an_earlier_one(guide):
    async with guide() as socket:
        await socket.request_cards("first", 1)
        request = await socket.receive_type("generate")
        await socket.request_cards("second", 1)
        queued = await socket.receive()
        await sync_to_async(generations_cancel)(
            generation_ids=[queued["generationId"]], now=timezone.now()
        )
        assert await socket.communicator.receive_nothing(timeout=0.5)
        await socket.send_cards(request, make_cards("first"))
        assert await replies(socket, 2) == ["first", "cancelled"]


async def test_binary_frame_is_reported_after_the_result_of_an_earlier_request(guide):
    async with guide() as socket:
        await socket.request_cards("first", 1)
        await socket.send_frame(binary=b"\x00")
        assert await replies(socket, 2) == ["first", "invalid_message"]


async def test_socket_closes_when_very_many_requests_are_unanswered(guide, settings):
    settings.SOCKET_RATE, settings.SOCKET_BURST = 10_000, 10_000
    async with guide() as socket:
        await socket.request_cards("first", 1)
        await socket.receive_type("generate")
        for _ in range(1_001):
            await socket.send(type="generate", prompt="")
        async with asyncio.timeout(30):
            assert (await socket.receive_close())["code"] == 4429


# --- messages of the engine that are rejected ---
async def test_malformed_answer_ends_the_call_it_was_for_and_no_other(guide):
    async with guide() as socket:
        await socket.request_cards("first", 1)
        await socket.request_cards("second", 1)
        await socket.receive_type("generate")
        await socket.send(type="response", cacheKey="webllm:flashcards:first:1", data={})
        error = await first_reply(socket)
        assert (error["code"], "data" in error["error"]) == ("invalid_message", True)
        assert await replies(socket, 1) == ["second"]


@pytest.mark.parametrize("message", [{"type": "progress", "progress": "half"}, {"type": "error"}])
async def test_malformed_message_of_an_engine_ends_no_call(guide, message):
    async with guide() as socket:
        await socket.request_cards("first", 1)
        request = await socket.receive_type("generate")
        await socket.send(**message)
        await socket.send_cards(request, make_cards("first"))
        assert await replies(socket, 1) == ["first"]


async def test_answer_over_the_rate_limit_ends_no_call(guide, settings):
    settings.SOCKET_RATE, settings.SOCKET_BURST = 1, 1
    async with guide() as socket:
        await socket.request_cards("first", 1)
        request = await socket.receive_type("generate")
        await socket.send_cards(request, make_cards("first"))
        assert await socket.communicator.receive_nothing(timeout=1.5), (
            "the answer is dropped without an error"
        )
        await socket.send_cards(request, make_cards("first"))
        assert await replies(socket, 1) == ["first"]
