"""Clients of real servers: accounts and sessions over REST, and sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.helpers.users import PASSWORD

V1 = "mindflip.v1"
MODEL = "Llama-3-8B-Instruct-q4f16_1-MLC"
RECEIVE_SECONDS = 120  # much more than needed, for slow machines


class Account:
    """A new user with a token, whose requests can be sent to any server."""

    def __init__(self, server: str, name: str) -> None:
        self.http = httpx.Client(timeout=RECEIVE_SECONDS)
        body = {"username": name, "password": PASSWORD}
        self._post(f"{server}/api/auth/register", body)
        self.http.headers["Authorization"] = (
            f"Bearer {self._post(f'{server}/api/auth/token', body)['access']}"
        )

    def create_session(self, server: str) -> dict[str, Any]:
        return self._post(f"{server}/api/webllm/session", {"modelId": MODEL})

    def _post(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        response = self.http.post(url, json=body)
        assert response.is_success, response.text
        return response.json()


def url_on_server(server: str, ws_url: str) -> str:
    """Return the URL of the same socket on another server."""
    return urlsplit(ws_url)._replace(netloc=urlsplit(server).netloc).geturl()


def v1_connection(address: str) -> connect:
    """Return a connection with the `mindflip.v1` subprotocol and without WebSocket-level pings."""
    return connect(address, subprotocols=[V1], ping_interval=None, max_size=None, proxy=None)


class SocketClient:
    """A client's end of a socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive_type(self, message_type: str) -> dict[str, Any]:
        """Return the next message of this type. Reply to pings and skip all other messages."""
        while (message := await self._next())["type"] != message_type:
            if message["type"] == "ping":
                await self.send(type="pong")
        return message

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(RECEIVE_SECONDS):
            return json.loads(await self.connection.recv())


@asynccontextmanager
async def open_guide_socket(address: str) -> AsyncIterator[SocketClient]:
    """Open a socket without a subprotocol."""
    async with connect(address, ping_interval=None, max_size=None, proxy=None) as connection:
        yield SocketClient(connection)


@asynccontextmanager
async def open_v1_socket(address: str) -> AsyncIterator[SocketClient]:
    """Open a `mindflip.v1` socket and wait for its `session` message."""
    async with v1_connection(address) as connection:
        client = SocketClient(connection)
        await client.receive_type("session")
        yield client
