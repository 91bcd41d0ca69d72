"""Clients of the guide's dialect, which request and generate cards on one socket without IDs.

Each result belongs to the request that is currently open.
"""

import asyncio
from typing import Any

from websockets.asyncio.client import connect

from tests.resilience.engines import make_cards
from tests.resilience.socket import ReconnectingSocket
from tests.resilience.v1_client import FINAL_ERRORS, RETRY_SECONDS, CardRequest

# Percentage of generations for which the client's engine chooses each behavior.
BEHAVIORS = {
    "responds": 70,
    "responds slowly": 10,
    "drops the socket": 10,
    "stops responding": 3,
    "loses the device": 4,
    "sends too few cards": 3,
}
ENGINE_ERRORS = {"unknown_cache_key", "stale_response"}


class GuideClient(ReconnectingSocket):
    """A client that sends one request at a time.

    After a reconnect it resends the open request, because this dialect has no other way to resume.
    """

    def __init__(self, name: str, address: str, *socket_arguments: Any) -> None:
        super().__init__(address, *socket_arguments)
        self.sends_twice = False  # in this dialect, a message that is sent twice is two requests
        self.name = name
        self.requests: dict[str, CardRequest] = {}
        self.open_request: CardRequest | None = None
        self.is_accepted = False
        self.task: asyncio.Task[None] | None = None

    def open_connection(self) -> connect:
        return connect(self.address, ping_interval=None, max_size=None, proxy=None)

    async def request_cards(self, count: int, is_cancelled: bool = False) -> CardRequest:
        """Send a request and wait for its outcome.

        `is_cancelled` is ignored, because in this dialect only an engine can cancel a generation.
        """
        request = self.open_request = CardRequest(f"{self.name}-{len(self.requests)}", count)
        self.requests[request.request_id] = request
        await self._send_open_request()
        await request.done.wait()
        return request

    async def on_open(self) -> None:
        if self.open_request:
            self.counts["guide requests resent"] += 1
            await self._send_open_request()

    async def on_message(self, message: dict[str, Any]) -> None:
        await getattr(self, f"_on_{message['type']}")(message)

    async def _send_open_request(self) -> None:
        self.is_accepted = False
        if self.open_request:
            message = self.open_request.message
            del message["requestId"]
            await self.send(**message)

    async def _on_progress(self, message: dict[str, Any]) -> None:
        self.is_accepted = True

    async def _on_result(self, message: dict[str, Any]) -> None:
        self._add_outcome("result", message["data"]["cards"], message["data"].get("partial", False))

    async def _on_error(self, message: dict[str, Any]) -> None:
        self.counts[f"guide client received error {message['code']}"] += 1
        if message["code"] in FINAL_ERRORS:
            self._add_outcome("error", message["code"])
        elif message["code"] not in ENGINE_ERRORS and not self.is_accepted:
            await asyncio.sleep(RETRY_SECONDS)
            await self._send_open_request()

    async def _on_generate(self, message: dict[str, Any]) -> None:
        if self.task:
            self.task.cancel()
        behavior = self.random.choices(list(BEHAVIORS), list(BEHAVIORS.values()))[0]
        self.counts[f"guide engine {behavior}"] += 1
        self.task = asyncio.create_task(self._respond(message, behavior))

    def _add_outcome(self, kind: str, value: Any, is_partial: bool = False) -> None:
        if self.open_request is None:
            self.unexpected_messages.append(
                f"{self.name} received without an open request: {kind} {value}"
            )
            return
        request, self.open_request = self.open_request, None
        request.is_partial = is_partial
        request.add_outcome(kind, value)

    async def _respond(self, request: dict[str, Any], behavior: str) -> None:
        await asyncio.sleep(
            self.random.uniform(1, 3)
            if behavior == "responds slowly"
            else self.random.uniform(0.05, 0.3)
        )
        if behavior == "drops the socket":
            self.drop()
        elif behavior == "loses the device":
            await self.send(type="error", error="The graphics card was lost.")
        elif behavior != "stops responding":
            cards = make_cards(request["options"], request["cardsSoFar"])[
                : 1 if behavior == "sends too few cards" else None
            ]
            key = f"webllm:flashcards:{request['options']['topic']}:{request['options']['count']}"
            await self.send(type="response", cacheKey=key, data={"cards": cards})
