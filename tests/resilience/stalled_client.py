"""Clients that don't read messages, or read them slowly."""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import ClientConnection, connect

from tests.helpers.processes import RunningServer
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.resilience.clients import MODEL, V1, SocketClient, open_guide_socket, open_v1_socket

RECEIVE_BUFFER_BYTES = 4096  # the client's kernel fills this buffer even if the client doesn't read


class StalledClient:
    """A client of a socket that reads nothing until `read` is called."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        connection.transport.pause_reading()

    def send(self, text: str, times: int = 1) -> None:
        """Send frames without waiting until the server has read them."""
        for _ in range(times):
            self.connection.protocol.send_text(text.encode())
            self.connection.transport.writelines(self.connection.protocol.data_to_send())

    def ping(self, times: int) -> None:
        """Send protocol-level pings."""
        for _ in range(times):
            self.connection.protocol.send_ping(secrets.token_bytes(125))
            self.connection.transport.writelines(self.connection.protocol.data_to_send())

    @property
    def pending_bytes(self) -> int:
        """The number of sent bytes that the server has not read yet."""
        return self.connection.transport.get_write_buffer_size()

    def read(self) -> AsyncIterator[dict[str, Any]]:
        """Start reading and return the messages until the socket is closed."""
        self.connection.transport.resume_reading()
        return self._messages()

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            async for text in self.connection:
                yield json.loads(text)


@asynccontextmanager
async def open_stalled_client(
    address: str, subprotocol: str | None = V1
) -> AsyncIterator[StalledClient]:
    """Open a socket with a small receive buffer whose client stops reading after the handshake."""
    parts = urlsplit(address)
    client_socket = socket.socket()
    client_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    client_socket.connect((parts.hostname, parts.port))
    options: dict[str, Any] = {
        "subprotocols": [subprotocol] if subprotocol else None,
        "ping_interval": None,
        "max_size": None,
        "max_queue": 1,
    }
    async with connect(
        address, sock=client_socket, proxy=None, close_timeout=1, **options
    ) as connection:
        try:
            yield StalledClient(connection)
        finally:
            connection.transport.abort()


async def make_results(address: str, count: int, name: str = "r") -> list[dict[str, Any]]:
    """Create `count` results of 200 KB with an engine, and return them.

    Their requestIds are r0, r1 and so on if `name` is "r".
    """
    async with open_v1_socket(address) as engine:
        await engine.send(type="ready", modelId=MODEL, engine="webllm")
        return [await _make_result(engine, f"{name}{number}") for number in range(count)]


async def _make_result(engine: SocketClient, request_id: str) -> dict[str, Any]:
    await engine.send(
        type="generate", prompt=f"About {request_id}", options={"count": 50}, requestId=request_id
    )
    request = await engine.receive_type("generate")
    lease_fields = {name: request[name] for name in ("cacheKey", "generationId", "lease")}
    await engine.send(type="response", data={"cards": large_cards()}, **lease_fields)
    return await engine.receive_type("result")


def large_cards() -> list[dict[str, str]]:
    """Return 50 cards, 200 KB in total."""
    return [{"front": secrets.token_hex(1000), "back": secrets.token_hex(1000)} for _ in range(50)]


async def cache_result(address: str) -> None:
    """Add a result of 200 KB for the prompt `Tides` to the cache."""
    async with open_guide_socket(address) as client:
        await client.send(type="generate", prompt="Tides", options={"count": 50})
        request = await client.receive_type("generate")
        await client.send(
            type="response", cacheKey=request["cacheKey"], data={"cards": large_cards()}
        )
        await client.receive_type("result")


async def scrape(server: RunningServer) -> dict[tuple[str, ...], float]:
    """Return the samples of /metrics by name and label values."""
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
        text = (await client.get(f"{server.url}/metrics")).text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
