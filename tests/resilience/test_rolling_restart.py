"""A rolling restart under load: each daphne is stopped with SIGTERM and started again.

The only effect on clients is a close code that requests a reconnect.
"""

import asyncio
import signal
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
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.resilience.clients import Account, open_v1_socket, url_on_server, v1_connection
from tests.resilience.engines import Engine
from tests.resilience.socket import ReconnectingSocket
from tests.resilience.v1_client import CardRequest, V1Client

CLIENTS, ENGINES, USERS = 12, 4, 2
RESTART_CODE = 1012


class BalancedSocket(ReconnectingSocket):
    """A client of a load balancer that tries the servers in turn."""

    servers: tuple[str, ...]

    def open_connection(self) -> connect:
        self.servers = self.servers[1:] + self.servers[:1]
        seq = getattr(self, "seq", 0)
        return v1_connection(
            url_on_server(self.servers[0], self.address) + (f"&lastSeq={seq}" if seq else "")
        )

    def _record_loss(self, error: BaseException) -> None:
        """Count how a connection ended, or why it was not established."""
        if isinstance(error, InvalidStatus):
            self.counts[f"rejected with {error.response.status_code}"] += 1
        elif isinstance(error, ConnectionClosed):
            self.counts[f"closed with {error.rcvd.code if error.rcvd else 'no code'}"] += 1
        else:
            self.counts[type(error).__name__] += 1


class BalancedClient(BalancedSocket, V1Client):
    resumes_by_address = True


class BalancedEngine(BalancedSocket, Engine):
    """An engine that always responds."""

    def _start(self, request: dict[str, Any], behavior: str) -> None:
        super()._start(request, "responds")


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


async def test_rolling_restart_under_load_completes_every_request_without_error(servers):
    server, second = servers
    addresses, counts = (server.url, f"http://127.0.0.1:{second.port}"), Counter()
    clients, engines = _create_clients(addresses, counts)
    load_is_on = asyncio.Event()
    load_is_on.set()
    async with asyncio.timeout(TIMEOUT_SECONDS), asyncio.TaskGroup() as group:
        tasks = [group.create_task(participant.run()) for participant in [*clients, *engines]]
        load = [group.create_task(_send_requests_while(load_is_on, client)) for client in clients]
        await _wait_for_new_requests(clients)
        codes = [await _restart(server, service, clients) for service in (server.web, second)]
        load_is_on.clear()
        await asyncio.gather(*load)
        for task in tasks:
            task.cancel()
    assert codes == [0, 0]
    requests = [request for client in clients for request in client.requests.values()]
    assert [request for request in requests if not _has_one_result(request)] == []
    assert len(requests) > 3 * CLIENTS
    assert counts[f"closed with {RESTART_CODE}"] >= CLIENTS + ENGINES, (
        "not every client was asked to reconnect"
    )
    assert [
        name
        for name in counts
        if name.startswith(("closed", "v1 client received error", "engine received error"))
        and str(RESTART_CODE) not in name
    ] == [], counts
    assert {name for name in counts if name.startswith("rejected")} <= {"rejected with 503"}
    assert _attempts(server) == {1: len(requests)}, "a generation has several attempts"


def _has_one_result(request: CardRequest) -> bool:
    """Return True if the request has one complete result.

    The client may receive it more than once, because it may resend a request while the server sends
    the result.
    """
    kinds = {outcome_kind for outcome_kind, _ in request.outcomes}
    return (
        kinds == {"result"}
        and all(outcome == request.outcomes[0] for outcome in request.outcomes)
        and not request.is_partial
    )


def _create_clients(
    addresses: tuple[str, str], counts: Counter[str]
) -> tuple[list[BalancedClient], list[BalancedEngine]]:
    accounts = [Account(addresses[0], f"user{number}") for number in range(USERS)]
    random = Random(1)

    def create_client(client_class: type, number: int, *arguments: Any) -> Any:
        address = accounts[number % USERS].create_session(addresses[0])["wsUrl"]
        client = client_class(*arguments, address, Random(random.random()), counts)
        client.servers, client.resumes_by_address = (
            addresses[number // USERS % 2 :] + addresses[: number // USERS % 2],
            True,
        )
        return client

    clients = [
        create_client(BalancedClient, number, f"client{number}") for number in range(CLIENTS)
    ]
    return clients, [create_client(BalancedEngine, number) for number in range(ENGINES)]


async def _send_requests_while(load_is_on: asyncio.Event, client: V1Client) -> None:
    while load_is_on.is_set():
        await client.request_cards(client.random.randint(1, 3))


async def _restart(server: RunningServer, service: Service, clients: list[BalancedClient]) -> int:
    """Restart a server under load, wait for new outcomes and return the server's exit code."""
    code = await asyncio.to_thread(stop, service)
    await asyncio.to_thread(server.start, service)
    await _wait_for_new_requests(clients)
    return code


async def _wait_for_new_requests(clients: list[BalancedClient]) -> None:
    """Wait until each client has sent another request, which it does only after an outcome."""
    counts_before = {client.name: len(client.requests) for client in clients}
    while any(len(client.requests) <= counts_before[client.name] for client in clients):
        await asyncio.sleep(0.05)


def _attempts(server: RunningServer) -> dict[int, int]:
    with psycopg.connect(server.database_url) as connection:
        return dict(
            connection.execute(
                "SELECT attempt_count, count(*) FROM sessions_app_generation GROUP BY 1"
            ).fetchall()
        )


async def test_stopping_server_rejects_sockets_and_exits_immediately_on_second_signal(
    tmp_path: Path,
):
    """Use a shutdown delay that is longer than the test waits."""
    assert TIMEOUT_SECONDS < 1000
    with running_server(
        tmp_path, MINDFLIP_SHUTDOWN_DELAY="1000", MINDFLIP_SHUTDOWN_TIMEOUT="1001"
    ) as server:
        session = Account(server.url, "alice").create_session(server.url)
        async with open_v1_socket(session["wsUrl"]) as socket:
            server.web.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while "process" not in (ready := _get(server, "/readyz")).json()["missing"]:
                    await asyncio.sleep(0.05)
            assert ready.status_code == 503
            with pytest.raises(WebSocketException) as rejection:
                await v1_connection(session["wsUrl"]).__aenter__()
            assert rejection.value.response.status_code == 503
            assert _get(server, "/healthz").headers["Cache-Control"] == "no-store"
            await socket.send(type="ping")
            await socket.receive_type("pong")
            server.web.process.send_signal(signal.SIGTERM)
            assert server.web.process.wait(TIMEOUT_SECONDS) == 0


def _get(server: RunningServer, path: str) -> httpx.Response:
    return httpx.get(server.url + path, timeout=TIMEOUT_SECONDS)
