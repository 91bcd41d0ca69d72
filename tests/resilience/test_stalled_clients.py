"""A client that stops reading uses a bounded amount of memory and doesn't affect other clients.

The server closes its socket with a reason.
"""

import asyncio
import json
import signal
from collections.abc import Callable
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from tests.helpers.processes import RunningServer, running_server
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.resilience.clients import MODEL, Account, SocketClient, open_v1_socket
from tests.resilience.stalled_client import (
    cache_result,
    make_results,
    open_stalled_client,
    scrape,
)

MEGABYTE = 1_048_576
RESULTS = 8  # 400 KB each, with card messages: more than the kernel buffers of both sides
STALLED_SOCKETS_CLOSED = ("mindflip_sockets_closed_unread_total", "stalled")
UNSENT_BYTES = ("mindflip_socket_unsent_bytes",)
RESUME = json.dumps({"type": "resume", "lastSeq": 0})


async def largest_unsent_until(
    server: RunningServer, is_done: Callable[[dict[tuple[str, ...], float]], bool]
) -> float:
    """Scrape the metrics until `is_done`, and return the highest number of unsent bytes."""
    largest = 0.0
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            samples = await scrape(server)
            largest = max(largest, samples[UNSENT_BYTES])
            if is_done(samples):
                return largest


def has_closed_stalled_socket(samples: dict[tuple[str, ...], float]) -> bool:
    return samples.get(STALLED_SOCKETS_CLOSED) == 1


def has_no_open_socket(samples: dict[tuple[str, ...], float]) -> bool:
    """Return True if no socket is open.

    The number of unsent bytes drops to 0 shortly before the server has cleaned up the socket.
    """
    return (
        samples[UNSENT_BYTES] == 0 and samples.get(("mindflip_sockets_open", "mindflip.v1"), 0) == 0
    )


async def wait_until_stalled(server: RunningServer) -> None:
    await largest_unsent_until(server, lambda samples: samples[UNSENT_BYTES] > 0)


async def ping(socket: SocketClient) -> None:
    await socket.send(type="ping")
    await socket.receive_type("pong")


@pytest.mark.parametrize(
    ("subprotocol", "frame"),
    [
        ("mindflip.v1", RESUME),
        (
            "mindflip.v1",
            json.dumps(
                {
                    "type": "generate",
                    "prompt": "About r0",
                    "options": {"count": 50},
                    "requestId": "r0",
                }
            ),
        ),
        (None, json.dumps({"type": "generate", "prompt": "Tides", "options": {"count": 50}})),
    ],
    ids=["resume", "repeated request", "cached result"],
)
async def test_unsent_messages_of_stalled_client_are_bounded_and_socket_is_closed(
    tmp_path, subprotocol, frame
):
    with running_server(tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="2") as server:
        address = Account(server.url, "alice").create_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        await cache_result(address)
        async with open_stalled_client(address, subprotocol) as client:
            client.send(frame, times=200)
            assert 0 < await largest_unsent_until(server, has_closed_stalled_socket) < MEGABYTE
            with suppress(ConnectionClosed):
                async for _ in client.read():
                    pass
            reason = "This client does not read what it is sent: connect again."
            assert (client.connection.close_code, client.connection.close_reason) == (4408, reason)


async def test_stalled_client_that_ignores_close_frame_is_disconnected(tmp_path):
    with running_server(tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="1") as server:
        address = Account(server.url, "alice").create_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with open_stalled_client(address) as client:
            client.send(RESUME)
            await wait_until_stalled(server)
            await largest_unsent_until(server, has_no_open_socket)


async def test_slow_client_receives_all_messages_once_and_in_order(tmp_path):
    with running_server(
        tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="60", MINDFLIP_HEARTBEAT_SECONDS="1"
    ) as server:
        address = Account(server.url, "alice").create_session(server.url)["wsUrl"]
        results = await make_results(address, RESULTS)
        async with open_stalled_client(f"{address}&lastSeq=0") as client:
            await wait_until_stalled(server)
            client.send(json.dumps({"type": "ping"}))
            received = []
            async for message in client.read():
                received.append(message)
                if message["type"] == "result":
                    assert (await scrape(server))[UNSENT_BYTES] < MEGABYTE
                if message["type"] == "pong":
                    break
    seqs = [message["seq"] for message in received if message["type"] in ("card", "result")]
    assert seqs == sorted(set(seqs))
    assert [message for message in received if message["type"] == "result"] == results
    assert len(seqs) == RESULTS * 51
    assert received[-2]["type"] == "session", "the pong was sent before the last missed message"


async def test_stalled_client_does_not_affect_other_client(tmp_path):
    with running_server(tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="60") as server:
        address = Account(server.url, "alice").create_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with open_stalled_client(address) as client, open_v1_socket(address) as other:
            client.send(RESUME, times=100)
            await wait_until_stalled(server)
            await ping(other)
            # The events of these generations are sent to the stalled socket, too.
            assert len(await make_results(address, 3, "again")) == 3
            await ping(other)
            assert (await scrape(server))[UNSENT_BYTES] < MEGABYTE
            assert client.connection.state == client.connection.state.OPEN


async def test_stalled_client_receives_snapshot_after_it_resumes_reading(tmp_path):
    with running_server(tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="60") as server:
        address = Account(server.url, "alice").create_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with open_stalled_client(address) as client:
            client.send(RESUME)
            await wait_until_stalled(server)
            async with open_v1_socket(address) as other:
                await other.send(
                    type="generate", prompt="Tides", options={"count": 1}, requestId="last"
                )
                await other.receive_type("progress")
            async for message in client.read():
                if message["type"] == "session" and message["generations"]:
                    break
            assert message["generations"][0]["requestId"] == "last"


async def test_lease_of_stalled_engine_is_assigned_to_other_engine(tmp_path):
    settings = {
        "MINDFLIP_SOCKET_STALLED_SECONDS": "1",
        "MINDFLIP_LEASE_GRACE_SECONDS": "0",
        "MINDFLIP_SWEEP_SECONDS": "1",
    }
    with running_server(tmp_path, worker=True, beat=True, **settings) as server:
        address = Account(server.url, "alice").create_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with open_stalled_client(address) as stalled:
            ready = {"type": "ready", "modelId": MODEL, "engine": "webllm"}
            stalled.send(json.dumps(ready))
            stalled.send(
                json.dumps(
                    {
                        "type": "generate",
                        "prompt": "Tides",
                        "options": {"count": 1},
                        "requestId": "tides",
                    }
                )
            )
            stalled.send(RESUME)
            await wait_until_stalled(server)
            async with open_v1_socket(address) as other:
                await other.send(**ready)
                reassigned = await other.receive_type("generate")
            assert (reassigned["prompt"].startswith("Tides"), reassigned["attempt"]) == (True, 2)


async def test_server_shutdown_does_not_wait_for_stalled_client(tmp_path):
    """Use limits that are longer than the test waits."""
    assert TIMEOUT_SECONDS < 1000
    with running_server(
        tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="1000", MINDFLIP_SHUTDOWN_TIMEOUT="1000"
    ) as server:
        address = Account(server.url, "alice").create_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with open_stalled_client(address) as client:
            client.send(RESUME, times=10)
            await wait_until_stalled(server)
            server.web.process.send_signal(signal.SIGTERM)
            assert server.web.process.wait(TIMEOUT_SECONDS) == 0
    assert "Everything was finished" in server.log()


async def test_unsent_pongs_of_stalled_client_are_bounded(tmp_path):
    with running_server(tmp_path) as server:
        address = Account(server.url, "alice").create_session(server.url)["wsUrl"]
        async with open_stalled_client(address) as client:
            client.ping(times=150_000)
            await wait_until_stalled(server)
            assert (
                await largest_unsent_until(server, lambda _: client.pending_bytes == 0) < MEGABYTE
            )


async def test_messages_of_stalled_client_are_not_read(tmp_path):
    with running_server(tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="2") as server:
        address = Account(server.url, "alice").create_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with open_stalled_client(address) as client:
            client.send(RESUME)
            await wait_until_stalled(server)
            client.send(_response(MEGABYTE), times=40)
            pending = client.pending_bytes
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while not has_closed_stalled_socket(await scrape(server)):
                    pending = client.pending_bytes
            assert pending > 30 * MEGABYTE


def _response(size: int) -> str:
    return json.dumps({"type": "response", "cacheKey": "k", "data": {"cards": "x" * (size - 100)}})
