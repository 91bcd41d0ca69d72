"""Requests of disconnected sockets of the guide's dialect, and the sockets that continue them."""

from datetime import timedelta
from uuid import UUID

from asgiref.sync import sync_to_async
from django.utils import timezone

from sessions_app import handlers, protocol
from sessions_app.handlers import SocketState, guide
from sessions_app.models import Engine, Generation
from sessions_app.services.leases import leases_recover, recover_dead_sockets
from tests.helpers.sockets import MODEL, make_cards, open_socket
from tests.helpers.v1 import receive_snapshot, receive_until

recover_sockets = sync_to_async(recover_dead_sockets)
recover_leases = sync_to_async(leases_recover)
OVER_A_MINUTE = timedelta(seconds=61)


async def test_request_repeated_after_reconnect_resumes_same_attempt(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address) as socket:
        await socket.request_cards("Tides", 1)
        before = await socket.receive_type("generate")
    async with open_socket(address) as socket:
        await socket.request_cards("Tides", 1)
        resumed = await socket.receive_type("generate")
        assert (resumed["generationId"], resumed["attempt"], resumed["lease"]) == (
            before["generationId"],
            1,
            before["lease"],
        )
        await socket.send_cards(resumed, make_cards("ebb"))
        assert (await socket.receive_type("result"))["data"]["cards"][0]["front"] == "ebb"
        assert await socket.is_alive()


async def test_next_request_waits_for_generation_shared_with_other_socket(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address) as working:
        await working.request_cards("Tides", 1)
        request = await working.receive_type("generate")
        async with open_socket(address) as other:
            await other.request_cards("Tides", 1)
            await other.request_cards("Moons", 1)
            assert [(await other.receive())["message"] for _ in range(2)] == [
                "Queued",
                "Queued (1 before it)",
            ]
            await working.send_cards(request, make_cards("ebb"))
            assert (await other.receive_type("result"))["data"]["cards"][0]["front"] == "ebb"
            assert (await other.receive_type("generate"))["options"]["topic"] == "Moons"


async def test_two_sockets_with_same_request_each_get_result_once(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address) as first, open_socket(address) as other:
        await first.request_cards("Tides", 1)
        request = await first.receive_type("generate")
        await other.request_cards("Tides", 1)
        assert (await other.receive())["message"] == "Queued"
        await first.send_cards(request, make_cards("ebb"))
        results = [await socket.receive_type("result") for socket in (first, other)]
        assert results[0] == results[1]
        assert await first.is_alive(), "no second result is sent"
        assert await other.is_alive(), "no second result is sent"
    assert await Generation.objects.acount() == 1


async def test_duplicate_requests_on_same_socket_get_two_results(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.request_cards("Tides", 1)
        for front in ("ebb", "flow"):
            await socket.send_cards(await socket.receive_type("generate"), make_cards(front))
            assert (await socket.receive_type("result"))["data"]["cards"][0]["front"] == front


def create_killed_socket(session_id: UUID, user_id: int) -> None:
    """Create the rows of a socket whose process was killed while it worked on its own request."""
    state = SocketState(session_id, user_id, MODEL, "specific.a-killed-process")
    guide.initial_messages(state, timezone.now())
    handlers.handle(
        state, protocol.decode('{"type":"generate","prompt":"Tides","options":{"count":1}}')
    )


async def test_generation_of_socket_silent_for_over_a_minute_is_retried(
    socket_db, alice, acreate_session
):
    session = await acreate_session(alice)
    await sync_to_async(create_killed_socket)(UUID(session["sessionId"]), alice.pk)
    async with open_socket(session["wsUrl"]) as socket:
        assert await socket.is_alive(), "the generation is still leased to the other socket"
        await Engine.objects.filter(channel="specific.a-killed-process").aupdate(
            seen_at=timezone.now() - OVER_A_MINUTE
        )
        await Generation.objects.aupdate(lease_expires_at=timezone.now() + timedelta(seconds=89))
        assert await recover_sockets(now=timezone.now()) == 1
        assert await recover_leases(now=timezone.now()) == 1
        assert (await socket.receive())["attempt"] == 2


async def test_renewed_lease_is_kept_when_its_silent_socket_is_removed(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        now = timezone.now() + OVER_A_MINUTE
        await Generation.objects.aupdate(lease_expires_at=now + timedelta(seconds=150))
        assert await recover_sockets(now=now) == 1
        assert await recover_leases(now=now) == 0


async def test_engine_deleted_during_outage_is_restored_by_heartbeat(
    socket_db, alice, acreate_session, settings
):
    settings.HEARTBEAT_SECONDS = 1
    async with open_socket((await acreate_session(alice))["wsUrl"], ["mindflip.v1"]) as socket:
        await receive_snapshot(socket)
        await socket.send(type="ready", modelId="m", engine="webllm", speed=7)
        await socket.send(type="ping")
        await receive_until(socket, "pong")
        await Engine.objects.all().adelete()
        await receive_until(socket, "ping")
        await socket.send(type="generate", prompt="Tides", requestId="r1")
        await receive_until(socket, "generate")
        assert (await Engine.objects.aget()).speed == 7


async def test_request_does_not_wait_for_generation_of_other_session(
    socket_db, alice, acreate_session
):
    first, second = await acreate_session(alice), await acreate_session(alice)
    async with open_socket(first["wsUrl"]) as busy, open_socket(second["wsUrl"]) as idle:
        await busy.send(type="generate", prompt="Tides", requestId="r1")
        await busy.receive_type("generate")
        await idle.send(type="generate", prompt="Tides", requestId="r1")
        assert (await idle.receive())["progress"] == 0
        await idle.send(type="generate", prompt="Moons", requestId="r2")
        assert (await idle.receive_type("generate"))["options"]["topic"] == "Moons"
