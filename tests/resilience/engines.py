"""Engines that respond correctly most of the time."""

import asyncio
from typing import Any

from tests.resilience.clients import MODEL
from tests.resilience.socket import ReconnectingSocket

# Percentage of generations for which the engine chooses each behavior.
BEHAVIORS = {
    "responds": 60,
    "reorders messages": 10,
    "responds slowly": 8,
    "drops the socket": 8,
    "stops responding": 5,
    "loses the device": 4,
    "sends too few cards": 5,
}


class Engine(ReconnectingSocket):
    """An engine whose cards contain their topic.

    After a reconnect it restarts its current generation. If the lease has expired in the meantime,
    the server responds with an error.
    """

    def __init__(self, *socket_arguments: Any) -> None:
        super().__init__(*socket_arguments)
        self.current: dict[str, Any] | None = None
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def on_session(self, snapshot: dict[str, Any]) -> None:
        await self._send_ready()
        if self.current:
            self._start(self.current, "responds")

    async def on_message(self, message: dict[str, Any]) -> None:
        if message["type"] == "generate":
            self._start(message, self.random.choices(list(BEHAVIORS), list(BEHAVIORS.values()))[0])
        elif message["type"] == "cancel":
            self._stop(message["generationId"])
        elif message["type"] == "error":
            self._on_error(message)

    async def _send_ready(self) -> None:
        await self.send(type="ready", modelId=MODEL, engine="webllm")

    def _on_error(self, message: dict[str, Any]) -> None:
        is_late = message["code"] == "stale_response"
        self.counts[
            "duplicate or late responses rejected"
            if is_late
            else f"engine received error {message['code']}"
        ] += 1
        if message["retryable"] and self.current:
            self._start(self.current, "responds slowly")

    def _start(self, request: dict[str, Any], behavior: str) -> None:
        self._stop(request["generationId"])
        self.counts[f"engine {behavior}"] += 1
        self.current = request if behavior != "stops responding" else None
        self.tasks[request["generationId"]] = asyncio.create_task(self._respond(request, behavior))

    def _stop(self, generation_id: str) -> None:
        if self.current and self.current["generationId"] == generation_id:
            self.current = None
        if task := self.tasks.pop(generation_id, None):
            task.cancel()

    async def _respond(self, request: dict[str, Any], behavior: str) -> None:
        for index, message in enumerate(self._messages(request, behavior)):
            await asyncio.sleep(
                self.random.uniform(0.01, 0.1)
                if behavior != "responds slowly"
                else self.random.uniform(0.3, 1)
            )
            await self.send(**message)
            if behavior == "drops the socket" and index == 0:
                self.drop()
                return
        # After `device_lost`, the server assigns no generations until the engine is ready again.
        if behavior == "loses the device":
            await self._send_ready()

    def _messages(self, request: dict[str, Any], behavior: str) -> list[dict[str, Any]]:
        lease_fields = {name: request[name] for name in ("generationId", "lease")}
        if behavior == "stops responding":
            return []
        if behavior == "loses the device":
            return [
                {
                    "type": "error",
                    "error": "The graphics card was lost.",
                    "code": "device_lost",
                    "generationId": lease_fields["generationId"],
                }
            ]
        cards = make_cards(request["options"], request["cardsSoFar"])[
            : 1 if behavior == "sends too few cards" else None
        ]
        card_messages = [
            {"type": "card", "index": index, "card": card, **lease_fields}
            for index, card in enumerate(cards)
        ]
        messages = [
            *card_messages,
            {
                "type": "response",
                "cacheKey": request["cacheKey"],
                "data": {"cards": cards},
                **lease_fields,
            },
        ]
        return (
            self.random.sample(messages, len(messages))
            if behavior == "reorders messages"
            else messages
        )


def make_cards(options: dict[str, Any], known_cards: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return `count` cards for the topic that are not in `known_cards`, in a fixed order."""
    topic, count = options["topic"], options["count"]
    known_fronts = {card["front"] for card in known_cards}
    fronts = (f"{topic} {number}" for number in range(count + len(known_fronts)))
    return [
        {"front": front, "back": f"Answer to {front}"}
        for front in fronts
        if front not in known_fronts
    ][:count]
