"""The guide's round trip against the least that a durable relay can do, both in one run: python -m benchmarks.round_trip

The floor is `../shared/floor_durable.py`: one insert, one update, one Redis get or set, no framework.
"""

import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import websockets

from benchmarks.load import Measured, run
from mindflip.embedded.places import free_port
from mindflip.embedded.temporary import temporary_servers
from tests.processes import ROOT, eventually, running_server

FLOOR = ROOT.parent / "shared" / "floor_durable.py"
SOCKETS, USERS = 50, 5
ROUNDS = {"miss": 20, "hit": 60}
REPEATS = 3


def main() -> None:
    if not FLOOR.exists():
        sys.exit("../shared/floor_durable.py is not beside this checkout: there is nothing to measure against.")
    with temporary_servers() as environment:
        os.environ.update(environment | {"MINDFLIP_VAR": tempfile.mkdtemp()})
        (Path(os.environ["MINDFLIP_VAR"]) / "static").mkdir()
        with _floor(environment) as floor, _mindflip() as ours:
            _compare(floor, ours)


def _compare(floor: list[str], ours: list[str]) -> None:
    """Both in turn, several times, so that a slow minute of the machine hits both."""
    print(f"{SOCKETS} sockets, one process each; round trips a second, p50 and p99 in ms; ratio to the floor in the same minute")
    for repeat in range(REPEATS):
        for kind in ("miss", "hit"):
            one = asyncio.run(run(floor, ROUNDS[kind], _topics(kind, repeat)))
            other = asyncio.run(run(ours, ROUNDS[kind], _topics(kind, repeat)))
            ratios = f"ratio {other.rate / one.rate:.2f}, p99 x{_p99(other) / _p99(one):.1f}"
            print(f"{kind:5}floor {_row(one)}   MindFlip {_row(other)}   {ratios}")
            if repeat == 0:
                trips = len(other.latencies)
                print(f"      MindFlip per generation: {other.messages / trips:.1f} messages, {other.bytes // trips} bytes")


def _row(measured: Measured) -> str:
    return f"{measured.rate:6.0f}/s {measured.percentile(0.5) * 1000:5.0f} {_p99(measured) * 1000:5.0f}"


def _p99(measured: Measured) -> float:
    return measured.percentile(0.99)


def _topics(kind: str, repeat: int):
    """A miss asks what nobody asked; a hit asks what its socket asked in this repeat's first miss."""
    return (lambda socket, turn: f"{repeat} {socket} {turn}") if kind == "miss" else (lambda socket, turn: f"{repeat} {socket} 0")


@contextmanager
def _floor(environment: dict[str, str]) -> Iterator[list[str]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, str(FLOOR), str(port), environment["DATABASE_URL"], environment["REDIS_URL"]])
    address = f"ws://127.0.0.1:{port}"
    try:
        eventually(lambda: _answers(address))
        yield [address] * SOCKETS
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    async def knock() -> bool:
        try:
            async with websockets.connect(address):
                return True
        except OSError:
            return False

    return asyncio.run(knock())


@contextmanager
def _mindflip() -> Iterator[list[str]]:
    settings = {"MINDFLIP_LOG_LEVEL": "WARNING", "MINDFLIP_SOCKET_RATE": "10000", "MINDFLIP_SOCKET_BURST": "10000"}
    with running_server(Path(tempfile.mkdtemp()), **settings) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        yield [address for _ in range(USERS) for address in _sessions(client, SOCKETS // USERS)]


def _sessions(client: httpx.Client, count: int) -> list[str]:
    who = {"username": secrets.token_hex(6), "password": secrets.token_hex(12)}
    client.post("/api/auth/register", json=who).raise_for_status()
    token = client.post("/api/auth/token", json=who).raise_for_status().json()["access"]
    headers = {"Authorization": f"Bearer {token}"}
    return [
        client.post("/api/webllm/session", json={"modelId": "m"}, headers=headers).raise_for_status().json()["wsUrl"] for _ in range(count)
    ]


if __name__ == "__main__":
    main()
