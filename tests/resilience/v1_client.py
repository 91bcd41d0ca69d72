"""Clients that request cards over sockets and record everything that they receive."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect

from tests.resilience.accounts import v1_connection
from tests.resilience.socket import Wire

FINAL = {"engine_lost", "no_engine", "cancelled", "no_valid_cards", "timeout"}
AGAIN_SECONDS = 0.5


@dataclass
class Wish:
    """A request and its outcomes.

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

    def end(self, kind: str, what: Any) -> None:
        self.outcomes.append((kind, what))
        self.done.set()


class Requester(Wire):
    """A client that sends one request after another.

    After a drop it resumes with `lastSeq`, either in the address or in a message. Then it repeats
    the requests that have no outcome yet.
    """

    def __init__(self, name: str, *wire: Any) -> None:
        super().__init__(*wire)
        self.name = name
        self.wishes: dict[str, Wish] = {}
        self.cards: defaultdict[str, dict[int, str]] = defaultdict(dict)
        self.seq = 0
        self.is_caught_up = True
        self.resumes_by_address = self.chance.random() < 0.5

    def dial(self) -> connect:
        return v1_connection(
            f"{self.address}&lastSeq={self.seq}"
            if self.resumes_by_address and self.seq
            else self.address
        )

    async def ask(self, count: int, is_cancelled: bool = False) -> Wish:
        """Send a request and wait for its outcome."""
        wish = Wish(f"{self.name}-{len(self.wishes)}", count)
        self.wishes[wish.request_id] = wish
        await self.send(**wish.message)
        if is_cancelled:
            await asyncio.sleep(self.chance.uniform(0, 1))
            await self.send(type="cancel", requestId=wish.request_id)
        await wish.done.wait()
        return wish

    async def greeted(self, snapshot: dict[str, Any]) -> None:
        if not self.seq:
            self.seq = snapshot["seq"]
        if not self.resumes_by_address:
            self.is_caught_up = False
            await self.send(type="resume", lastSeq=self.seq)
            await self.send(type="ping")  # its pong follows the last missed message
        await self._ask_again()

    async def heard(self, message: dict[str, Any]) -> None:
        handler = getattr(self, f"_heard_{message['type']}", None)
        if handler:
            await handler(message)
        if self.is_caught_up:
            self.seq = max(self.seq, message.get("seq") or 0)

    async def _heard_pong(self, message: dict[str, Any]) -> None:
        self.is_caught_up = True

    async def _heard_card(self, message: dict[str, Any]) -> None:
        known = self.cards[message["requestId"]].setdefault(message["index"], message["card"]["id"])
        assert known == message["card"]["id"], (
            f"another card {message['index']} of {message['requestId']}"
        )

    async def _heard_result(self, message: dict[str, Any]) -> None:
        wish = self.wishes[message["requestId"]]
        wish.is_partial = message["data"].get("partial", False)
        wish.end("result", message["data"]["cards"])

    async def _heard_error(self, message: dict[str, Any]) -> None:
        self.counts[f"asker told {message['code']}"] += 1
        if message["code"] in FINAL:
            self.wishes[message["requestId"]].end("error", message["code"])
        elif message["retryable"]:
            await asyncio.sleep(AGAIN_SECONDS)
            await self._ask_again()

    async def _ask_again(self) -> None:
        for wish in self.wishes.values():
            if not wish.outcomes:
                self.counts["requests sent again"] += 1
                await self.send(**wish.message)
