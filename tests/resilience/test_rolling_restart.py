"""A rolling restart under load: each daphne is stopped with SIGTERM and started again.

Clients notice only a close code that requests a reconnect.
"""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psycopg
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from mindflip.embedded.process import Service
from mindflip.embedded.run import program
from mindflip.embedded.servers import free_port
from tests.helpers.processes import RunningServer, running_server
from tests.resilience.accounts import Account, at, talking, v1_connection
from tests.resilience.engines import Engine
from tests.resilience.socket import Wire
from tests.resilience.v1_client import Requester, Wish

ASKERS, ENGINES, USERS = 12, 4, 2
TIMEOUT_SECONDS = 240  # much more than needed, because a slow machine takes its time
RESTARTS = 1012


class Balanced(Wire):
    """A client behind a load balancer, which tries the servers in turn."""

    servers: tuple[str, ...]

    def dial(self) -> connect:
        self.servers = self.servers[1:] + self.servers[:1]
        seq = getattr(self, "seq", 0)
        return v1_connection(at(self.servers[0], self.address) + (f"&lastSeq={seq}" if seq else ""))

    def _note(self, loss: BaseException) -> None:
        """Count how a connection ended, or why it was not established."""
        if isinstance(loss, InvalidStatus):
            self.counts[f"refused with {loss.response.status_code}"] += 1
        elif isinstance(loss, ConnectionClosed):
            self.counts[f"closed with {loss.rcvd.code if loss.rcvd else 'nothing'}"] += 1
        else:
            self.counts[type(loss).__name__] += 1


class BalancedAsker(Balanced, Requester):
    resumes_by_address = True


class BalancedEngine(Balanced, Engine):
    """An engine that always works."""

    def _begin(self, request: dict[str, Any], mood: str) -> None:
        super()._begin(request, "works")


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[RunningServer, Service]]:
    with running_server(tmp_path, MINDFLIP_HEARTBEAT_SECONDS="2") as server:
        port = free_port()
        second = program(
            "web",
            tmp_path / "log" / "second.log",
            server.environment | {"MINDFLIP_PORT": str(port)},
            port=port,
        )
        second.port = port
        server.services.append(second)
        server.start(second)
        yield server, second


def stop(service: Service) -> int:
    """Send SIGTERM to a service, wait until it exits and return its exit code."""
    service.process.send_signal(signal.SIGTERM)
    return service.process.wait(TIMEOUT_SECONDS)


async def test_a_rolling_restart_under_load_loses_nothing_and_shows_no_error(servers):
    server, second = servers
    addresses, counts = (server.url, f"http://127.0.0.1:{second.port}"), Counter()
    askers, engines = _clients(addresses, counts)
    asking = asyncio.Event()
    asking.set()
    async with asyncio.timeout(TIMEOUT_SECONDS), asyncio.TaskGroup() as group:
        living = [group.create_task(participant.live()) for participant in [*askers, *engines]]
        load = [group.create_task(_ask_while(asking, asker)) for asker in askers]
        await _everybody_is_answered(askers)
        codes = [await _restarted(server, each, askers) for each in (server.web, second)]
        asking.clear()
        await asyncio.gather(*load)
        for task in living:
            task.cancel()
    assert codes == [0, 0]
    wishes = [wish for asker in askers for wish in asker.wishes.values()]
    assert [wish for wish in wishes if not _has_one_result(wish)] == []
    assert len(wishes) > 3 * ASKERS
    assert counts[f"closed with {RESTARTS}"] >= ASKERS + ENGINES, "each was sent away once at least"
    assert [
        name
        for name in counts
        if name.startswith(("closed", "asker told", "engine told")) and str(RESTARTS) not in name
    ] == [], counts
    assert {name for name in counts if name.startswith("refused")} <= {"refused with 503"}
    assert _attempts(server) == {1: len(wishes)}, "nothing ran twice"


def _has_one_result(wish: Wish) -> bool:
    """Return True if the request has one complete result.

    The client may have received it more than once, because it repeats a request while the result is
    on its way.
    """
    kinds = {kind for kind, _ in wish.outcomes}
    return (
        kinds == {"result"}
        and all(outcome == wish.outcomes[0] for outcome in wish.outcomes)
        and not wish.is_partial
    )


def _clients(
    addresses: tuple[str, str], counts: Counter[str]
) -> tuple[list[BalancedAsker], list[BalancedEngine]]:
    accounts = [Account(addresses[0], f"user{number}") for number in range(USERS)]
    chance = Random(1)

    def placed(kind: type, number: int, *first: Any) -> Any:
        address = accounts[number % USERS].new_session(addresses[0])["wsUrl"]
        client = kind(*first, address, Random(chance.random()), counts)
        client.servers, client.resumes_by_address = (
            addresses[number // USERS % 2 :] + addresses[: number // USERS % 2],
            True,
        )
        return client

    askers = [placed(BalancedAsker, number, f"asker{number}") for number in range(ASKERS)]
    return askers, [placed(BalancedEngine, number) for number in range(ENGINES)]


async def _ask_while(asking: asyncio.Event, asker: Requester) -> None:
    while asking.is_set():
        await asker.ask(asker.chance.randint(1, 3))


async def _restarted(server: RunningServer, each: Service, askers: list[BalancedAsker]) -> int:
    """Restart a server under load, wait for new outcomes and return the server's exit code."""
    code = await asyncio.to_thread(stop, each)
    await asyncio.to_thread(server.start, each)
    await _everybody_is_answered(askers)
    return code


async def _everybody_is_answered(askers: list[BalancedAsker]) -> None:
    """Wait until each client has sent another request, which it does only after an outcome."""
    before = {asker.name: len(asker.wishes) for asker in askers}
    while any(len(asker.wishes) <= before[asker.name] for asker in askers):
        await asyncio.sleep(0.05)


def _attempts(server: RunningServer) -> dict[int, int]:
    with psycopg.connect(server.database_url) as connection:
        return dict(
            connection.execute(
                "SELECT attempt_count, count(*) FROM sessions_app_generation GROUP BY 1"
            ).fetchall()
        )


async def test_who_stops_says_so_refuses_sockets_and_is_ended_at_once_by_a_second_signal(
    tmp_path: Path,
):
    with running_server(tmp_path, MINDFLIP_SHUTDOWN_DELAY="19") as server:
        session = Account(server.url, "alice").new_session(server.url)
        async with talking(session["wsUrl"]) as socket:
            server.web.process.send_signal(signal.SIGTERM)
            while "process" not in (ready := httpx.get(f"{server.url}/readyz")).json()["missing"]:
                await asyncio.sleep(0.05)
            assert ready.status_code == 503
            with pytest.raises(WebSocketException) as refused:
                await v1_connection(session["wsUrl"]).__aenter__()
            assert refused.value.response.status_code == 503
            assert httpx.get(f"{server.url}/healthz").headers["Cache-Control"] == "no-store"
            await socket.send(type="ping")
            await socket.until("pong")
            begun = time.monotonic()
            server.web.process.send_signal(signal.SIGTERM)
            assert server.web.process.wait(TIMEOUT_SECONDS) == 0
            assert time.monotonic() - begun < 10, "not after the notice"
