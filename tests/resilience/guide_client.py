"""Clients of the guide's dialect, which request and generate cards on one socket without IDs.

Each response belongs to the request that is currently open.
"""

import asyncio
from typing import Any

from websockets.asyncio.client import connect

from tests.resilience.engines import make_cards
from tests.resilience.socket import Wire
from tests.resilience.v1_client import AGAIN_SECONDS, FINAL, Wish

# The client's engine chooses each behavior for this percentage of generations.
MOODS = {
    "works": 70,
    "dawdles": 10,
    "drops": 10,
    "falls silent": 3,
    "gives up": 4,
    "sends too few": 3,
}
ENGINES_OWN = {"unknown_cache_key", "stale_response"}


class GuideClient(Wire):
    """A client that sends one request at a time.

    After a drop it repeats the open request, because this dialect offers no other way to resume.
    """

    def __init__(self, name: str, address: str, *wire: Any) -> None:
        super().__init__(address, *wire)
        self.is_twice = False  # in this dialect, a repeated request is a second request
        self.name = name
        self.wishes: dict[str, Wish] = {}
        self.open: Wish | None = None
        self.is_accepted = False
        self.work: asyncio.Task[None] | None = None

    def dial(self) -> connect:
        return connect(self.address, ping_interval=None, max_size=None, proxy=None)

    async def ask(self, count: int, is_cancelled: bool = False) -> Wish:
        """Send a request and wait for its outcome.

        `is_cancelled` is ignored, because in this dialect only an engine can cancel a generation.
        """
        wish = self.open = Wish(f"{self.name}-{len(self.wishes)}", count)
        self.wishes[wish.request_id] = wish
        await self._ask()
        await wish.done.wait()
        return wish

    async def opened(self) -> None:
        if self.open:
            self.counts["guide's requests sent again"] += 1
            await self._ask()

    async def heard(self, message: dict[str, Any]) -> None:
        await getattr(self, f"_heard_{message['type']}")(message)

    async def _ask(self) -> None:
        self.is_accepted = False
        if self.open:
            message = self.open.message
            del message["requestId"]
            await self.send(**message)

    async def _heard_progress(self, message: dict[str, Any]) -> None:
        self.is_accepted = True

    async def _heard_result(self, message: dict[str, Any]) -> None:
        self._end("result", message["data"]["cards"], message["data"].get("partial", False))

    async def _heard_error(self, message: dict[str, Any]) -> None:
        self.counts[f"guide told {message['code']}"] += 1
        if message["code"] in FINAL:
            self._end("error", message["code"])
        elif message["code"] not in ENGINES_OWN and not self.is_accepted:
            await asyncio.sleep(AGAIN_SECONDS)
            await self._ask()

    async def _heard_generate(self, message: dict[str, Any]) -> None:
        if self.work:
            self.work.cancel()
        mood = self.chance.choices(list(MOODS), list(MOODS.values()))[0]
        self.counts[f"guide's engine {mood}"] += 1
        self.work = asyncio.create_task(self._do(message, mood))

    def _end(self, kind: str, what: Any, is_partial: bool = False) -> None:
        if self.open is None:
            self.strays.append(f"{self.name} asked for nothing and was told {kind} {what}")
            return
        wish, self.open = self.open, None
        wish.is_partial = is_partial
        wish.end(kind, what)

    async def _do(self, request: dict[str, Any], mood: str) -> None:
        await asyncio.sleep(
            self.chance.uniform(1, 3) if mood == "dawdles" else self.chance.uniform(0.05, 0.3)
        )
        if mood == "drops":
            self.drop()
        elif mood == "gives up":
            await self.send(type="error", error="The graphics card was lost.")
        elif mood != "falls silent":
            cards = make_cards(request["options"], request["cardsSoFar"])[
                : 1 if mood == "sends too few" else None
            ]
            key = f"webllm:flashcards:{request['options']['topic']}:{request['options']['count']}"
            await self.send(type="response", cacheKey=key, data={"cards": cards})
