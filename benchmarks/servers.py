"""The servers to measure: MindFlip, and the floor that it is compared with.

Each server runs in its own processes. All of them use the same PostgreSQL and Valkey.
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
from tests.helpers.processes import RunningServer, eventually, running_server

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
    """A running server, with an address for each socket to open, and its processes."""

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
    """Run the floor, a durable relay that does only the minimum, without a framework.

    A miss takes one insert, one update, one Redis GET and one SET. A hit takes one GET.
    """
    port = free_port()
    with _process(
        port, str(FLOOR), str(port), os.environ["DATABASE_URL"], os.environ["REDIS_URL"]
    ) as running:
        yield Measured([running[0]] * sockets, [running[1]])


@contextmanager
def the_floor_on_daphne(sockets: int) -> Iterator[Measured]:
    """Run the floor's code as an ASGI application, with daphne handling the protocol."""
    port = free_port()
    with _process(
        port, "-m", "daphne", "-v", "0", "-p", str(port), "benchmarks.on_daphne:application"
    ) as running:
        yield Measured([running[0]] * sockets, [running[1]])


@contextmanager
def _process(port: int, *command: str) -> Iterator[tuple[str, psutil.Process]]:
    """Run a process, and yield its socket address and the process once it accepts sockets."""
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
    """Run MindFlip with `daphnes` daphne processes and one session for each socket.

    The sessions are distributed over the users, and the sockets over the processes.
    """
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
    """Register a user, open `count` sessions, and return the addresses of their sockets."""
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
