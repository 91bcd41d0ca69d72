"""A socket that reconnects with the same ticket after a loss, and that may send frames twice."""

import asyncio
import json
from collections import Counter
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.resilience.clients import v1_connection

RECONNECT_SECONDS = 0.3


class ReconnectingSocket:
    """A client that stays connected.

    Subclasses override `on_open`, `on_session` and `on_message`. `rejections` lists the closes with
    a code from 4000 to 4999 except 4408, and `unexpected_messages` the messages that belong to no
    request.
    """

    def __init__(
        self, address: str, random: Random, counts: Counter[str], sends_twice: bool = False
    ) -> None:
        self.address = address
        self.random = random
        self.counts = counts
        self.sends_twice = sends_twice
        self.connection: ClientConnection | None = None
        self.rejections: list[str] = []
        self.unexpected_messages: list[str] = []

    def open_connection(self) -> connect:
        return v1_connection(self.address)

    async def on_open(self) -> None:
        """Handle a new connection."""

    async def on_session(self, snapshot: dict[str, Any]) -> None:
        """Handle the first `session` message on a connection."""

    async def on_message(self, message: dict[str, Any]) -> None:
        """Handle any other message except a ping."""

    async def run(self) -> None:
        """Stay connected until the task is cancelled."""
        while True:
            try:
                async with self.open_connection() as connection:
                    self.connection = connection
                    await self.on_open()
                    await self._receive_messages(connection)
            except (OSError, TimeoutError, WebSocketException, EOFError) as error:
                self._record_loss(error)
            self.connection = None
            await asyncio.sleep(RECONNECT_SECONDS * self.random.uniform(0.5, 1.5))

    async def send(self, **message: Any) -> None:
        """Send a message once or twice, or lose it with the connection."""
        text = json.dumps(message)
        for _ in range(2 if self.sends_twice else 1):
            try:
                if self.connection:
                    await self.connection.send(text)
            except ConnectionClosed:
                self.counts["frames lost"] += 1

    def drop(self) -> None:
        """Drop the connection without a close frame."""
        if self.connection:
            self.connection.transport.abort()
            self.counts["sockets dropped"] += 1

    async def _receive_messages(self, connection: ClientConnection) -> None:
        is_first = True
        async for text in connection:
            message = json.loads(text)
            if message["type"] == "ping":
                await self.send(type="pong")
            elif is_first and message["type"] == "session":
                is_first = False
                await self.on_session(message)
            else:
                await self.on_message(message)
        raise ConnectionClosed(connection.protocol.close_rcvd, None)

    def _record_loss(self, error: BaseException) -> None:
        self.counts["connections lost"] += 1
        code = error.rcvd.code if isinstance(error, ConnectionClosed) and error.rcvd else None
        if code and 4000 <= code < 5000 and code != 4408:
            self.rejections.append(f"{code} {error.rcvd.reason}")
