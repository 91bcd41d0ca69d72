"""A socket that reconnects with the same ticket when it is lost, and that may send frames twice."""

import asyncio
import json
from collections import Counter
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.resilience.accounts import v1_connection

PAUSE_SECONDS = 0.3


class Wire:
    """A client that stays connected.

    Subclasses override `opened`, `greeted` and `heard` to react to events. `refusals` lists the
    closes that refused the client, and `strays` the messages that no request was waiting for.
    """

    def __init__(
        self, address: str, chance: Random, counts: Counter[str], is_twice: bool = False
    ) -> None:
        self.address = address
        self.chance = chance
        self.counts = counts
        self.is_twice = is_twice
        self.connection: ClientConnection | None = None
        self.refusals: list[str] = []
        self.strays: list[str] = []

    def dial(self) -> connect:
        return v1_connection(self.address)

    async def opened(self) -> None:
        """React to the opened connection."""

    async def greeted(self, snapshot: dict[str, Any]) -> None:
        """React to the first `session` message on a connection."""

    async def heard(self, message: dict[str, Any]) -> None:
        """React to any other message except a ping."""

    async def live(self) -> None:
        """Stay connected until the task is cancelled."""
        while True:
            try:
                async with self.dial() as connection:
                    self.connection = connection
                    await self.opened()
                    await self._listen(connection)
            except (OSError, TimeoutError, WebSocketException, EOFError) as loss:
                self._note(loss)
            self.connection = None
            await asyncio.sleep(PAUSE_SECONDS * self.chance.uniform(0.5, 1.5))

    async def send(self, **message: Any) -> None:
        """Send a message once or twice, or lose it with the connection."""
        text = json.dumps(message)
        for _ in range(2 if self.is_twice else 1):
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

    async def _listen(self, connection: ClientConnection) -> None:
        first = True
        async for text in connection:
            message = json.loads(text)
            if message["type"] == "ping":
                await self.send(type="pong")
            elif first and message["type"] == "session":
                first = False
                await self.greeted(message)
            else:
                await self.heard(message)
        raise ConnectionClosed(connection.protocol.close_rcvd, None)

    def _note(self, loss: BaseException) -> None:
        self.counts["connections lost"] += 1
        code = loss.rcvd.code if isinstance(loss, ConnectionClosed) and loss.rcvd else None
        if code and 4000 <= code < 5000 and code != 4408:
            self.refusals.append(f"{code} {loss.rcvd.reason}")
