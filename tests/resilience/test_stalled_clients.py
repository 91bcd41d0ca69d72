"""A client that stops reading uses a bounded amount of memory and doesn't affect other clients.

Its socket is closed with a reason.
"""

import asyncio
import json
import signal
from collections.abc import Callable
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from tests.helpers.processes import RunningServer, running_server
from tests.resilience.accounts import MODEL, Account, Talker, talking
from tests.resilience.stalled_client import (
    DEADLINE_SECONDS,
    make_results,
    not_reading,
    remember_a_result,
    scrape,
)

MEGABYTE = 1_048_576
RESULTS = 8  # 400 KB each, with their card messages: more than the kernels of both ends buffer
CLOSED = ("mindflip_sockets_closed_unread_total", "stalled")
UNSENT = ("mindflip_socket_unsent_bytes",)
RESUME = json.dumps({"type": "resume", "lastSeq": 0})


async def largest_unsent_until(
    server: RunningServer, is_over: Callable[[dict[tuple[str, ...], float]], bool]
) -> float:
    """Scrape the metrics until `is_over`, and return the highest number of unsent bytes."""
    most = 0.0
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            samples = await scrape(server)
            most = max(most, samples[UNSENT])
            if is_over(samples):
                return most


def has_closed_one(samples: dict[tuple[str, ...], float]) -> bool:
    return samples.get(CLOSED) == 1


def has_none_open(samples: dict[tuple[str, ...], float]) -> bool:
    """Return True if no socket is open.

    The unsent bytes drop to 0 a moment before the server has cleaned up the socket.
    """
    return samples[UNSENT] == 0 and samples.get(("mindflip_sockets_open", "mindflip.v1"), 0) == 0


async def wait_until_stalled(server: RunningServer) -> None:
    await largest_unsent_until(server, lambda samples: samples[UNSENT] > 0)


async def pongs(socket: Talker) -> None:
    await socket.send(type="ping")
    await socket.until("pong")


@pytest.mark.parametrize(
    ("dialect", "question"),
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
    ids=["resume", "a repeated request", "a remembered result"],
)
async def test_unsent_answers_of_a_client_that_never_reads_are_bounded_and_the_socket_is_closed(
    tmp_path, dialect, question
):
    with running_server(tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="2") as server:
        address = Account(server.url, "alice").new_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        await remember_a_result(address)
        async with not_reading(address, dialect) as client:
            client.send(question, times=200)
            assert 0 < await largest_unsent_until(server, has_closed_one) < MEGABYTE
            with suppress(ConnectionClosed):
                async for _ in client.read():
                    pass
            reason = "This client does not read what it is sent: connect again."
            assert (client.connection.close_code, client.connection.close_reason) == (4408, reason)


async def test_a_client_that_never_reads_the_close_either_is_cut_off(tmp_path):
    with running_server(tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="1") as server:
        address = Account(server.url, "alice").new_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with not_reading(address) as client:
            client.send(RESUME)
            await wait_until_stalled(server)
            await largest_unsent_until(server, has_none_open)


async def test_a_client_that_reads_slowly_gets_everything_once_and_in_order(tmp_path):
    with running_server(
        tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="3", MINDFLIP_HEARTBEAT_SECONDS="1"
    ) as server:
        address = Account(server.url, "alice").new_session(server.url)["wsUrl"]
        results = await make_results(address, RESULTS)
        async with not_reading(f"{address}&lastSeq=0") as client:
            await wait_until_stalled(server)
            client.send(json.dumps({"type": "ping"}))
            received = []
            async for message in client.read():
                received.append(message)
                if message["type"] == "result":
                    assert (await scrape(server))[UNSENT] < MEGABYTE
                if message["type"] == "pong":
                    break
    numbers = [message["seq"] for message in received if message["type"] in ("card", "result")]
    assert numbers == sorted(set(numbers))
    assert [message for message in received if message["type"] == "result"] == results
    assert len(numbers) == RESULTS * 51
    assert received[-2]["type"] == "session", "the pong comes after everything that was missed"


async def test_a_client_that_does_not_read_disturbs_no_other(tmp_path):
    with running_server(tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="60") as server:
        address = Account(server.url, "alice").new_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with not_reading(address) as client, talking(address) as other:
            client.send(RESUME, times=100)
            await wait_until_stalled(server)
            await pongs(other)
            # The events of these generations are sent to the stalled socket, too.
            assert len(await make_results(address, 3, "again")) == 3
            await pongs(other)
            assert (await scrape(server))[UNSENT] < MEGABYTE
            assert client.connection.state == client.connection.state.OPEN


async def test_a_client_that_reads_again_is_told_what_happened_in_the_meantime(tmp_path):
    with running_server(tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="60") as server:
        address = Account(server.url, "alice").new_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with not_reading(address) as client:
            client.send(RESUME)
            await wait_until_stalled(server)
            async with talking(address) as other:
                await other.send(
                    type="generate", prompt="Tides", options={"count": 1}, requestId="last"
                )
                await other.until("progress")
            async for message in client.read():
                if message["type"] == "session" and message["generations"]:
                    break
            assert message["generations"][0]["requestId"] == "last"


async def test_the_lease_of_an_engine_that_does_not_read_goes_to_another(tmp_path):
    own = {
        "MINDFLIP_SOCKET_STALLED_SECONDS": "1",
        "MINDFLIP_LEASE_GRACE_SECONDS": "0",
        "MINDFLIP_SWEEP_SECONDS": "1",
    }
    with running_server(tmp_path, worker=True, beat=True, **own) as server:
        address = Account(server.url, "alice").new_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with not_reading(address) as stalled:
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
            async with talking(address) as other:
                await other.send(**ready)
                taken_over = await other.until("generate")
            assert (taken_over["prompt"].startswith("Tides"), taken_over["attempt"]) == (True, 2)


async def test_a_server_that_stops_does_not_wait_for_a_client_that_does_not_read(tmp_path):
    with running_server(
        tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="60", MINDFLIP_SHUTDOWN_TIMEOUT="15"
    ) as server:
        address = Account(server.url, "alice").new_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with not_reading(address) as client:
            client.send(RESUME, times=10)
            await wait_until_stalled(server)
            server.web.process.send_signal(signal.SIGTERM)
            assert server.web.process.wait(14) == 0
    assert "Everything was finished" in server.log()


async def test_pings_of_a_client_that_reads_no_pong_cost_nothing(tmp_path):
    with running_server(tmp_path) as server:
        address = Account(server.url, "alice").new_session(server.url)["wsUrl"]
        async with not_reading(address) as client:
            client.ping(times=150_000)
            await wait_until_stalled(server)
            assert (
                await largest_unsent_until(server, lambda _: client.untaken_bytes == 0) < MEGABYTE
            )


async def test_messages_of_a_client_that_reads_no_answer_are_not_taken_from_it(tmp_path):
    with running_server(tmp_path, MINDFLIP_SOCKET_STALLED_SECONDS="2") as server:
        address = Account(server.url, "alice").new_session(server.url)["wsUrl"]
        await make_results(address, RESULTS)
        async with not_reading(address) as client:
            client.send(RESUME)
            await wait_until_stalled(server)
            client.send(_response(MEGABYTE), times=40)
            untaken = client.untaken_bytes
            async with asyncio.timeout(DEADLINE_SECONDS):
                while not has_closed_one(await scrape(server)):
                    untaken = client.untaken_bytes
            assert untaken > 30 * MEGABYTE


def _response(size: int) -> str:
    return json.dumps({"type": "response", "cacheKey": "k", "data": {"cards": "x" * (size - 100)}})
