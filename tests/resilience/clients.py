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
ANSWER_SECONDS = 20


class Account:
    """A user with a token, who can send each request to any server by its URL."""

    def __init__(self, server: str, name: str) -> None:
        self.http = httpx.Client(timeout=40)
        body = {"username": name, "password": PASSWORD}
        self._posted(f"{server}/api/auth/register", body)
        self.http.headers["Authorization"] = (
            f"Bearer {self._posted(f'{server}/api/auth/token', body)['access']}"
        )

    def create_session(self, server: str) -> dict[str, Any]:
        return self._posted(f"{server}/api/webllm/session", {"modelId": MODEL})

    def _posted(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post(url, json=body)
        assert answer.is_success, answer.text
        return answer.json()


def at(server: str, ws_url: str) -> str:
    """Return the same socket address on another server."""
    return urlsplit(ws_url)._replace(netloc=urlsplit(server).netloc).geturl()


def v1_connection(address: str) -> connect:
    """Return a connection with the `mindflip.v1` subprotocol and without WebSocket-level pings."""
    return connect(address, subprotocols=[V1], ping_interval=None, max_size=None, proxy=None)


class Talker:
    """A client's end of a socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def until(self, kind: str) -> dict[str, Any]:
        """Return the next message of this type, reply to pings and skip all other messages."""
        while (message := await self._next())["type"] != kind:
            if message["type"] == "ping":
                await self.send(type="pong")
        return message

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(ANSWER_SECONDS):
            return json.loads(await self.connection.recv())


@asynccontextmanager
async def talking_as_the_guide_does(address: str) -> AsyncIterator[Talker]:
    """Open a socket without a subprotocol."""
    async with connect(address, ping_interval=None, max_size=None, proxy=None) as connection:
        yield Talker(connection)


@asynccontextmanager
async def talking(address: str) -> AsyncIterator[Talker]:
    """Open a `mindflip.v1` socket and wait for its `session` message."""
    async with v1_connection(address) as connection:
        talker = Talker(connection)
        await talker.until("session")
        yield talker
