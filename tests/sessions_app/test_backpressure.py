"""Sockets whose clients do not read.

A `Dam` replaces the server's side of the connection. The tests in tests/resilience/ use real
connections.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from itertools import count

from asgiref.sync import sync_to_async
from django.utils import timezone

from sessions_app.models import Generation
from tests.helpers.sockets import Socket, open_socket
from tests.helpers.v1 import V1, lease_generation, receive_snapshot, receive_until, send_response

STALLED = "This client does not read what it is sent: connect again."


class Dam:
    """A flow control that the test closes and opens."""

    is_lost = False

    def __init__(self, unsent: Callable[[], int] = lambda: 100_000) -> None:
        self.opening = asyncio.Event()
        self.opening.set()
        self._unsent = unsent

    @property
    def is_open(self) -> bool:
        return self.opening.is_set()

    @property
    def unsent_bytes(self) -> int:
        return 0 if self.is_open else self._unsent()

    def close(self) -> None:
        self.opening.clear()

    def open(self) -> None:
        self.opening.set()

    async def wait_until_open(self) -> bool:
        await self.opening.wait()
        return True

    def message_taken(self) -> None:
        """Do nothing, because messages are not counted here."""


@asynccontextmanager
async def open_behind(dam: Dam, address: str) -> AsyncIterator[Socket]:
    socket = Socket(address, {}, V1)
    socket.communicator.scope["flow"] = dam
    await socket.connect()
    try:
        yield socket
    finally:
        dam.open()
        await socket.disconnect()


async def test_messages_of_a_client_that_does_not_read_wait_until_it_does(
    socket_db, alice, acreate_session
):
    dam = Dam()
    async with open_behind(dam, (await acreate_session(alice))["wsUrl"]) as socket:
        await receive_snapshot(socket)
        dam.close()
        await socket.send(type="ping")
        await socket.send(type="generate", prompt="Tides", requestId="r1")
        assert await socket.communicator.receive_nothing(0.2)
        assert not await Generation.objects.aexists()
        dam.open()
        assert (await socket.receive())["type"] == "pong"
        assert (await socket.receive())["requestId"] == "r1"


async def test_events_of_a_client_that_does_not_read_are_made_up_for_when_it_does(
    socket_db, alice, acreate_session
):
    dam, address = Dam(), (await acreate_session(alice))["wsUrl"]
    async with open_behind(dam, address) as socket, open_socket(address, V1) as other:
        await receive_snapshot(socket)
        await receive_snapshot(other)
        dam.close()
        await socket.send(type="ping")
        request = await lease_generation(other, count=1)
        await send_response(other, request, "ebb")
        result = await receive_until(other, "result")
        dam.open()
        assert (await socket.receive())["type"] == "pong"
        assert await receive_until(socket, "result") == result


async def test_events_between_two_pages_do_not_end_a_resume(
    socket_db, alice, acreate_session, settings
):
    settings.RESUME_PAGE_BYTES = 1
    dam, address = Dam(), (await acreate_session(alice))["wsUrl"]
    async with open_behind(dam, address) as socket:
        await send_response(socket, await lease_generation(socket, count=1), "ebb")
        await socket.send(type="ping")
        await receive_until(socket, "pong")
        dam.close()
        await socket.send(type="resume", lastSeq=0)
        await socket.send(type="ping")
        await alice.asave()  # each of the user's sockets checks whether it may stay open
        assert await socket.communicator.receive_nothing(0.3)
        dam.open()
        assert (await receive_until(socket, "card"))["card"]["front"] == "ebb"
        await receive_until(socket, "result")
        await receive_until(socket, "pong")


async def test_a_client_that_does_not_read_is_closed_with_a_reason(
    socket_db, alice, acreate_session, settings
):
    settings.SOCKET_STALLED_SECONDS = 1
    dam = Dam()
    async with open_behind(dam, (await acreate_session(alice))["wsUrl"]) as socket:
        await receive_snapshot(socket)
        dam.close()
        await socket.send(type="ping")
        assert await socket.receive_close() == {
            "type": "websocket.close",
            "code": 4408,
            "reason": STALLED,
        }


async def test_a_client_that_takes_some_bytes_now_and_then_is_closed(
    socket_db, alice, acreate_session, settings
):
    settings.SOCKET_STALLED_SECONDS = 1
    dripping = Dam(partial(next, count(100_000, -100)))
    async with open_behind(dripping, (await acreate_session(alice))["wsUrl"]) as socket:
        await receive_snapshot(socket)
        dripping.close()
        await socket.send(type="ping")
        assert (await socket.receive_close())["reason"] == STALLED


async def test_a_client_that_is_slow_but_reads_is_neither_closed_nor_asked_whether_it_is_there(
    socket_db, alice, acreate_session, settings
):
    settings.SOCKET_STALLED_SECONDS = settings.HEARTBEAT_SECONDS = 1
    dam = Dam(partial(next, count(100_000, -5_000)))
    async with open_behind(dam, (await acreate_session(alice))["wsUrl"]) as socket:
        await receive_snapshot(socket)
        dam.close()
        await socket.send(type="ping")
        assert await socket.communicator.receive_nothing(3.5)
        dam.open()
        assert [(await socket.receive())["type"] for _ in range(2)] == ["pong", "ping"]


async def test_a_socket_for_which_too_much_waits_is_closed_with_a_reason(
    socket_db, alice, acreate_session, settings
):
    settings.SOCKET_UNSENT_MAX_BYTES = 1
    dam = Dam()
    async with open_behind(dam, (await acreate_session(alice))["wsUrl"]) as socket:
        await receive_snapshot(socket)
        dam.close()
        await socket.send(type="ping")
        close = await socket.receive_close()
        assert (close["code"], close["reason"]) == (
            4408,
            "Too much waits for this client: connect again and read faster.",
        )


async def test_a_session_that_ends_closes_a_socket_whose_client_does_not_read(
    socket_db, alice, acreate_session, api
):
    dam, session = Dam(), await acreate_session(alice)
    async with open_behind(dam, session["wsUrl"]) as socket:
        await receive_snapshot(socket)
        dam.close()
        await socket.send(type="ping")
        await sync_to_async(api(alice).delete)(f"/api/webllm/session/{session['sessionId']}")
        assert (await socket.receive_close())["code"] == 4404


async def test_a_client_that_leaves_without_reading_gives_its_lease_back(
    socket_db, alice, acreate_session
):
    dam, address = Dam(), (await acreate_session(alice))["wsUrl"]
    async with open_behind(dam, address) as socket:
        await receive_snapshot(socket)
        await lease_generation(socket)
        dam.close()
        await socket.send(type="ping")
    generation = await Generation.objects.aget()
    assert generation.lease_expires_at <= timezone.now() + timedelta(seconds=30)
