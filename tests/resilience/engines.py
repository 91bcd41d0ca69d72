"""Engines that work most of the time."""

import asyncio
from typing import Any

from tests.resilience.accounts import MODEL
from tests.resilience.socket import Wire

# The engine chooses each behavior for this percentage of generations.
MOODS = {
    "works": 60,
    "shuffles": 10,
    "dawdles": 8,
    "drops": 8,
    "falls silent": 5,
    "gives up": 4,
    "sends too few": 5,
}


class Engine(Wire):
    """An engine that makes cards named after their topic.

    After a drop it continues with its current generation. If the lease has expired in the meantime,
    the server reports that.
    """

    def __init__(self, *wire: Any) -> None:
        super().__init__(*wire)
        self.current: dict[str, Any] | None = None
        self.work: dict[str, asyncio.Task[None]] = {}

    async def greeted(self, snapshot: dict[str, Any]) -> None:
        await self._be_ready()
        if self.current:
            self._begin(self.current, "works")

    async def heard(self, message: dict[str, Any]) -> None:
        if message["type"] == "generate":
            self._begin(message, self.chance.choices(list(MOODS), list(MOODS.values()))[0])
        elif message["type"] == "cancel":
            self._stop(message["generationId"])
        elif message["type"] == "error":
            self._refused(message)

    async def _be_ready(self) -> None:
        await self.send(type="ready", modelId=MODEL, engine="webllm")

    def _refused(self, message: dict[str, Any]) -> None:
        is_late = message["code"] == "stale_response"
        self.counts[
            "duplicate or late answers refused" if is_late else f"engine told {message['code']}"
        ] += 1
        if message["retryable"] and self.current:
            self._begin(self.current, "dawdles")

    def _begin(self, request: dict[str, Any], mood: str) -> None:
        self._stop(request["generationId"])
        self.counts[f"engine {mood}"] += 1
        self.current = request if mood != "falls silent" else None
        self.work[request["generationId"]] = asyncio.create_task(self._do(request, mood))

    def _stop(self, generation_id: str) -> None:
        if self.current and self.current["generationId"] == generation_id:
            self.current = None
        if work := self.work.pop(generation_id, None):
            work.cancel()

    async def _do(self, request: dict[str, Any], mood: str) -> None:
        for place, frame in enumerate(self._frames(request, mood)):
            await asyncio.sleep(
                self.chance.uniform(0.01, 0.1) if mood != "dawdles" else self.chance.uniform(0.3, 1)
            )
            await self.send(**frame)
            if mood == "drops" and place == 0:
                self.drop()
                return
        # After `device_lost`, the server assigns no generations until the engine is ready again.
        if mood == "gives up":
            await self._be_ready()

    def _frames(self, request: dict[str, Any], mood: str) -> list[dict[str, Any]]:
        leased = {name: request[name] for name in ("generationId", "lease")}
        if mood == "falls silent":
            return []
        if mood == "gives up":
            return [
                {
                    "type": "error",
                    "error": "The graphics card was lost.",
                    "code": "device_lost",
                    "generationId": leased["generationId"],
                }
            ]
        cards = make_cards(request["options"], request["cardsSoFar"])[
            : 1 if mood == "sends too few" else None
        ]
        streamed = [
            {"type": "card", "index": index, "card": card, **leased}
            for index, card in enumerate(cards)
        ]
        frames = [
            *streamed,
            {
                "type": "response",
                "cacheKey": request["cacheKey"],
                "data": {"cards": cards},
                **leased,
            },
        ]
        return self.chance.sample(frames, len(frames)) if mood == "shuffles" else frames


def make_cards(options: dict[str, Any], so_far: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return `count` cards for the topic that are not in `so_far`, always in the same order."""
    topic, wanted = options["topic"], options["count"]
    there = {card["front"] for card in so_far}
    fronts = (f"{topic} {number}" for number in range(wanted + len(there)))
    return [{"front": front, "back": f"What {front} is"} for front in fronts if front not in there][
        :wanted
    ]
