"""Sockets whose clients do not read.

A `ManualFlowControl` replaces the server's side of the connection. The tests in tests/resilience/
use real connections.
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
from tests.helpers.sockets import Socket, open_socket, wait_until
from tests.helpers.v1 import V1, lease_generation, receive_snapshot, receive_until, send_response

STALLED_REASON = "This client does not read what it is sent: connect again."


class ManualFlowControl:
    """A flow control that the test closes and opens.

    It counts what the server does with it: messages that it takes from the client, checks whether
    it may send, and measurements of the unsent bytes.
    """

    is_lost = False
    taken = checks = measurements = 0

    def __init__(self, unsent: Callable[[], int] = lambda: 100_000) -> None:
        self.opened = asyncio.Event()
        self.opened.set()
        self._unsent = unsent

    @property
    def is_open(self) -> bool:
        self.checks += 1
        return self.opened.is_set()

    @property
    def unsent_bytes(self) -> int:
        self.measurements += 1
        return 0 if self.opened.is_set() else self._unsent()

    def close(self) -> None:
        self.opened.clear()

    def open(self) -> None:
        self.opened.set()

    async def wait_until_open(self) -> bool:
        await self.opened.wait()
        return True

    def message_taken(self) -> None:
        self.taken += 1


@asynccontextmanager
async def open_socket_with_flow(flow: ManualFlowControl, address: str) -> AsyncIterator[Socket]:
    socket = Socket(address, {}, V1)
    socket.communicator.scope["flow"] = flow
    await socket.connect()
    try:
        yield socket
    finally:
        flow.open()
        await socket.disconnect()


async def test_messages_are_not_processed_until_client_reads_again(
    socket_db, alice, acreate_session
):
    flow = ManualFlowControl()
    async with open_socket_with_flow(flow, (await acreate_session(alice))["wsUrl"]) as socket:
        await receive_snapshot(socket)
        flow.close()
        taken_before = flow.taken
        await socket.send(type="ping")
        await socket.send(type="generate", prompt="Tides", requestId="r1")
        await wait_until(lambda: flow.taken == taken_before + 2)
        assert not await Generation.objects.aexists()
        assert not socket.has_unread_messages
        opened_at = timezone.now()
        flow.open()
        assert (await socket.receive())["type"] == "pong"
        assert (await socket.receive())["requestId"] == "r1"
    assert (await Generation.objects.aget()).created_at > opened_at


async def test_missed_events_are_sent_when_client_reads_again(socket_db, alice, acreate_session):
    flow, address = ManualFlowControl(), (await acreate_session(alice))["wsUrl"]
    async with open_socket_with_flow(flow, address) as socket, open_socket(address, V1) as engine:
        await receive_snapshot(socket)
        await receive_snapshot(engine)
        flow.close()
        await socket.send(type="ping")
        request = await lease_generation(engine, count=1)
        await send_response(engine, request, "ebb")
        result = await receive_until(engine, "result")
        flow.open()
        assert (await socket.receive())["type"] == "pong"
        assert await receive_until(socket, "result") == result


async def test_resume_continues_after_event_between_two_pages(
    socket_db, alice, acreate_session, settings
):
    settings.RESUME_PAGE_BYTES = 1
    flow, address = ManualFlowControl(), (await acreate_session(alice))["wsUrl"]
    async with open_socket_with_flow(flow, address) as socket:
        await send_response(socket, await lease_generation(socket, count=1), "ebb")
        await socket.send(type="ping")
        await receive_until(socket, "pong")
        flow.close()
        taken_before = flow.taken
        await socket.send(type="resume", lastSeq=0)
        await socket.send(type="ping")
        await wait_until(lambda: flow.taken == taken_before + 2)  # the first page waits
        checks_before = flow.checks
        await alice.asave()  # each of the user's sockets checks whether it may stay open
        await wait_until(lambda: flow.checks > checks_before)
        assert not socket.has_unread_messages
        flow.open()
        assert (await receive_until(socket, "card"))["card"]["front"] == "ebb"
        await receive_until(socket, "result")
        await receive_until(socket, "pong")


async def test_socket_is_closed_with_4408_and_reason_if_client_does_not_read(
    socket_db, alice, acreate_session, settings
):
    settings.SOCKET_STALLED_SECONDS = 1
    flow = ManualFlowControl()
    async with open_socket_with_flow(flow, (await acreate_session(alice))["wsUrl"]) as socket:
        await receive_snapshot(socket)
        flow.close()
        await socket.send(type="ping")
        assert await socket.receive_close() == {
            "type": "websocket.close",
            "code": 4408,
            "reason": STALLED_REASON,
        }


async def test_socket_is_closed_if_client_reads_below_minimum_rate(
    socket_db, alice, acreate_session, settings
):
    settings.SOCKET_STALLED_SECONDS = 1
    flow = ManualFlowControl(partial(next, count(100_000, -100)))
    async with open_socket_with_flow(flow, (await acreate_session(alice))["wsUrl"]) as socket:
        await receive_snapshot(socket)
        flow.close()
        await socket.send(type="ping")
        assert (await socket.receive_close())["reason"] == STALLED_REASON


async def test_slow_client_reading_above_minimum_rate_is_not_closed_or_pinged(
    socket_db, alice, acreate_session, settings
):
    settings.SOCKET_STALLED_SECONDS = settings.HEARTBEAT_SECONDS = 1
    flow = ManualFlowControl(partial(next, count(100_000, -5_000)))
    async with open_socket_with_flow(flow, (await acreate_session(alice))["wsUrl"]) as socket:
        await receive_snapshot(socket)
        flow.close()
        await socket.send(type="ping")
        await wait_until(lambda: flow.measurements > 6)  # two in each of three periods
        assert not socket.has_unread_messages
        flow.open()
        assert [(await socket.receive())["type"] for _ in range(2)] == ["pong", "ping"]


async def test_socket_is_closed_with_4408_and_reason_if_unsent_bytes_exceed_limit(
    socket_db, alice, acreate_session, settings
):
    settings.SOCKET_UNSENT_MAX_BYTES = 1
    flow = ManualFlowControl()
    async with open_socket_with_flow(flow, (await acreate_session(alice))["wsUrl"]) as socket:
        await receive_snapshot(socket)
        flow.close()
        await socket.send(type="ping")
        close = await socket.receive_close()
        assert (close["code"], close["reason"]) == (
            4408,
            "Too much waits for this client: connect again and read faster.",
        )


async def test_socket_of_closed_session_is_closed_although_client_does_not_read(
    socket_db, alice, acreate_session, api
):
    flow, session = ManualFlowControl(), await acreate_session(alice)
    async with open_socket_with_flow(flow, session["wsUrl"]) as socket:
        await receive_snapshot(socket)
        flow.close()
        await socket.send(type="ping")
        await sync_to_async(api(alice).delete)(f"/api/webllm/session/{session['sessionId']}")
        assert (await socket.receive_close())["code"] == 4404


async def test_lease_expires_within_30_seconds_after_unread_socket_disconnects(
    socket_db, alice, acreate_session
):
    flow, address = ManualFlowControl(), (await acreate_session(alice))["wsUrl"]
    async with open_socket_with_flow(flow, address) as socket:
        await receive_snapshot(socket)
        await lease_generation(socket)
        flow.close()
        await socket.send(type="ping")
    generation = await Generation.objects.aget()
    assert generation.lease_expires_at <= timezone.now() + timedelta(seconds=30)
