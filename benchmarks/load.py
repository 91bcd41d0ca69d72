"""A load of round trips in the guide's dialect.

Each socket sends a request, responds to it as an engine and waits for the result, then repeats.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import websockets

CARDS = [
    {
        "front": f"What is the answer to question {n} of the deck?",
        "back": f"It is the answer number {n}, in a sentence.",
    }
    for n in range(5)
]


@dataclass
class Load:
    """The results of a load.

    `latencies` are the durations of whole round trips in seconds. `cost` is the server's processor
    time in seconds.
    """

    seconds: float = 0.0
    cost: float = 0.0
    latencies: list[float] = field(default_factory=list)
    messages: int = 0
    bytes: int = 0

    @property
    def rate(self) -> float:
        """Round trips per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, part: float) -> float:
        return sorted(self.latencies)[min(len(self.latencies) - 1, int(part * len(self.latencies)))]


async def run(
    addresses: list[str],
    rounds: int,
    topic_of: Callable[[int, int], str],
    cost: Callable[[], float],
) -> Load:
    """Open a socket for each address, and measure `rounds` round trips on each of them.

    `topic_of(socket, round)` returns the topic, which determines whether the cache is hit. Each
    socket first makes a round trip with the number -1, which is not measured because the server may
    still be opening the socket. `cost` returns the server's processor seconds so far.
    """
    sockets = [await websockets.connect(address, max_size=2**22) for address in addresses]
    await asyncio.gather(
        *(
            _round_trip(socket, topic_of(number, -1), Load())
            for number, socket in enumerate(sockets)
        )
    )
    measured, begun, before = Load(), perf_counter(), cost()
    await asyncio.gather(
        *(
            _rounds(socket, number, rounds, topic_of, measured)
            for number, socket in enumerate(sockets)
        )
    )
    measured.seconds, measured.cost = perf_counter() - begun, cost() - before
    for socket in sockets:
        await socket.close()
    return measured


async def _rounds(
    socket: Any, number: int, rounds: int, topic_of: Callable[[int, int], str], measured: Load
) -> None:
    for turn in range(rounds):
        begun = perf_counter()
        await _round_trip(socket, topic_of(number, turn), measured)
        measured.latencies.append(perf_counter() - begun)


async def _round_trip(socket: Any, topic: str, measured: Load) -> None:
    options = {"count": len(CARDS), "topic": topic}
    await _send(
        socket,
        {"type": "generate", "prompt": f"Generate flashcards about {topic}", "options": options},
        measured,
    )
    while True:
        text = await socket.recv()
        measured.messages += 1
        measured.bytes += len(text)
        message = json.loads(text)
        if message["type"] == "generate":
            key = f"webllm:flashcards:{topic}:{len(CARDS)}"
            await _send(
                socket, {"type": "response", "cacheKey": key, "data": {"cards": CARDS}}, measured
            )
        elif message["type"] == "result":
            return
        elif message["type"] == "error":
            raise RuntimeError(message["error"])


async def _send(socket: Any, message: dict[str, Any], measured: Load) -> None:
    text = json.dumps(message)
    measured.messages += 1
    measured.bytes += len(text)
    await socket.send(text)
