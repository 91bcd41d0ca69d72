"""What is measured: the floor and MindFlip, each a process of its own over the same PostgreSQL and
Valkey.
"""

import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import websockets

from mindflip.embedded.run import ROOT, program
from mindflip.embedded.servers import free_port
from tests.processes import RunningServer, eventually, running_server

FLOOR = ROOT.parent / "shared" / "floor_durable.py"
NO_LIMITS = {
    "MINDFLIP_LOG_LEVEL": "WARNING",
    "MINDFLIP_SOCKET_RATE": "10000",
    "MINDFLIP_SOCKET_BURST": "10000",
    "MINDFLIP_MAX_SESSIONS_PER_USER": "2000",
    "MINDFLIP_SESSION_RATE": "10000/hour",
}


@dataclass
class Measured:
    """`addresses` of sockets to ask at, and the processes behind them."""

    addresses: list[str]
    processes: list[psutil.Process]

    def processor_seconds(self) -> float:
        return sum(
            times.user + times.system
            for times in (process.cpu_times() for process in self.processes)
        )

    def memory_bytes(self) -> int:
        return sum(process.memory_info().rss for process in self.processes)


@contextmanager
def the_floor(sockets: int) -> Iterator[Measured]:
    """The least that a durable relay can do: one insert, one update, one Redis get or set, no
    framework.
    """
    port = free_port()
    with _process(
        port, str(FLOOR), str(port), os.environ["DATABASE_URL"], os.environ["REDIS_URL"]
    ) as running:
        yield Measured([running[0]] * sockets, [running[1]])


@contextmanager
def the_floor_on_daphne(sockets: int) -> Iterator[Measured]:
    """The same lines as an ASGI application: what is left of the floor's speed once daphne speaks
    the protocol.
    """
    port = free_port()
    with _process(
        port, "-m", "daphne", "-v", "0", "-p", str(port), "benchmarks.on_daphne:application"
    ) as running:
        yield Measured([running[0]] * sockets, [running[1]])


@contextmanager
def _process(port: int, *command: str) -> Iterator[tuple[str, psutil.Process]]:
    """The address of its sockets and itself, once it answers."""
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT)
    address = f"ws://127.0.0.1:{port}"
    try:
        eventually(lambda: _answers(address))
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def mindflip(sockets: int, users: int, daphnes: int = 1) -> Iterator[Measured]:
    """So many daphnes, and as many sessions as sockets, spread over the users and the daphnes."""
    with (
        running_server(Path(tempfile.mkdtemp()), **NO_LIMITS) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        ports = [server.port, *(_another(server) for _ in range(daphnes - 1))]
        addresses = [
            address for _ in range(users) for address in sessions(client, sockets // users)
        ]
        spread = [
            address.replace(f":{server.port}/", f":{ports[at % daphnes]}/")
            for at, address in enumerate(addresses)
        ]
        yield Measured(
            spread, [psutil.Process(each.process.pid) for each in server.services if each.process]
        )


def sessions(client: httpx.Client, count: int) -> list[str]:
    """A new user's session sockets."""
    who = {"username": secrets.token_hex(6), "password": secrets.token_hex(12)}
    client.post("/api/auth/register", json=who).raise_for_status()
    token = client.post("/api/auth/token", json=who).raise_for_status().json()["access"]
    headers = {"Authorization": f"Bearer {token}"}
    return [
        client.post("/api/webllm/session", json={"modelId": "m"}, headers=headers)
        .raise_for_status()
        .json()["wsUrl"]
        for _ in range(count)
    ]


def _another(server: RunningServer) -> int:
    port = free_port()
    web = program(
        "web",
        server.folder / "log" / f"web{port}.log",
        server.environment | {"MINDFLIP_PORT": str(port)},
        port=port,
    )
    server.services.append(web)
    server.start(web)
    return port


def _answers(address: str) -> bool:
    async def handshake() -> bool:
        try:
            async with websockets.connect(address):
                return True
        except OSError:
            return False

    return asyncio.run(handshake())
