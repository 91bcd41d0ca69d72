"""Clients that request cards over `mindflip.v1` sockets and record what they receive."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect

from tests.resilience.clients import v1_connection
from tests.resilience.socket import ReconnectingSocket

FINAL_ERRORS = {"engine_lost", "no_engine", "cancelled", "no_valid_cards", "timeout"}
RETRY_SECONDS = 0.5


@dataclass
class CardRequest:
    """A request for cards and its outcomes.

    Each outcome that the client receives is `("result", cards)` or `("error", code)`.
    """

    request_id: str
    count: int
    outcomes: list[tuple[str, Any]] = field(default_factory=list)
    is_partial: bool = False
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def message(self) -> dict[str, Any]:
        options = {"count": self.count, "topic": self.request_id}
        return {
            "type": "generate",
            "prompt": f"About {self.request_id}",
            "options": options,
            "requestId": self.request_id,
        }

    def add_outcome(self, kind: str, value: Any) -> None:
        self.outcomes.append((kind, value))
        self.done.set()


class V1Client(ReconnectingSocket):
    """A client that sends one request after another.

    After a reconnect it resumes with `lastSeq`, either in the URL or in a message. Then it resends
    the requests that have no outcome yet.
    """

    def __init__(self, name: str, *socket_arguments: Any) -> None:
        super().__init__(*socket_arguments)
        self.name = name
        self.requests: dict[str, CardRequest] = {}
        self.cards: defaultdict[str, dict[int, str]] = defaultdict(dict)
        self.seq = 0
        self.is_caught_up = True
        self.resumes_by_address = self.random.random() < 0.5

    def open_connection(self) -> connect:
        return v1_connection(
            f"{self.address}&lastSeq={self.seq}"
            if self.resumes_by_address and self.seq
            else self.address
        )

    async def request_cards(self, count: int, is_cancelled: bool = False) -> CardRequest:
        """Send a request and wait for its outcome."""
        request = CardRequest(f"{self.name}-{len(self.requests)}", count)
        self.requests[request.request_id] = request
        await self.send(**request.message)
        if is_cancelled:
            await asyncio.sleep(self.random.uniform(0, 1))
            await self.send(type="cancel", requestId=request.request_id)
        await request.done.wait()
        return request

    async def on_session(self, snapshot: dict[str, Any]) -> None:
        if not self.seq:
            self.seq = snapshot["seq"]
        if not self.resumes_by_address:
            self.is_caught_up = False
            await self.send(type="resume", lastSeq=self.seq)
            await self.send(type="ping")  # its pong is sent after the last missed message
        await self._resend_open_requests()

    async def on_message(self, message: dict[str, Any]) -> None:
        handler = getattr(self, f"_on_{message['type']}", None)
        if handler:
            await handler(message)
        if self.is_caught_up:
            self.seq = max(self.seq, message.get("seq") or 0)

    async def _on_pong(self, message: dict[str, Any]) -> None:
        self.is_caught_up = True

    async def _on_card(self, message: dict[str, Any]) -> None:
        known_id = self.cards[message["requestId"]].setdefault(
            message["index"], message["card"]["id"]
        )
        assert known_id == message["card"]["id"], (
            f"ID changed: card {message['index']} of {message['requestId']}"
        )

    async def _on_result(self, message: dict[str, Any]) -> None:
        request = self.requests[message["requestId"]]
        request.is_partial = message["data"].get("partial", False)
        request.add_outcome("result", message["data"]["cards"])

    async def _on_error(self, message: dict[str, Any]) -> None:
        self.counts[f"v1 client received error {message['code']}"] += 1
        if message["code"] in FINAL_ERRORS:
            self.requests[message["requestId"]].add_outcome("error", message["code"])
        elif message["retryable"]:
            await asyncio.sleep(RETRY_SECONDS)
            await self._resend_open_requests()

    async def _resend_open_requests(self) -> None:
        for request in self.requests.values():
            if not request.outcomes:
                self.counts["v1 requests resent"] += 1
                await self.send(**request.message)
