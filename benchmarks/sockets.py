"""Measure the memory of open sockets, and the time to resume after 1,000 missed cards."""

import asyncio
import json
from time import perf_counter
from typing import Any

import websockets

from benchmarks.servers import Measured, mindflip

OPEN = 1_000
MISSED = 1_000
CARDS = 50
V1 = ["mindflip.v1"]


def memory_of_open_sockets() -> None:
    """Print how much server memory an open socket needs, with one socket for each session."""
    with mindflip(OPEN, users=10) as ours:
        for dialect, subprotocols in (("guide", None), ("mindflip.v1", V1)):
            before = ours.memory_bytes()
            grown = asyncio.run(_with_all_open(ours, subprotocols)) - before
            print(
                f"\n{OPEN} open sockets ({dialect}): {grown / OPEN / 1024:.0f} KiB each;"
                f" {before / 2**20:.0f} MiB before",
                flush=True,
            )


def a_long_resume() -> None:
    """Print the time from `resume` to the pong that follows the last missed card."""
    with mindflip(1, users=1) as ours:
        asyncio.run(_make_cards(ours.addresses[0]))
        for _ in range(3):
            cards, size, seconds = asyncio.run(_resume(ours.addresses[0]))
            print(
                f"resume of {cards} missed cards: {seconds * 1000:.0f} ms, {size // 1024} KiB",
                flush=True,
            )


async def _with_all_open(ours: Measured, subprotocols: list[str] | None) -> int:
    sockets = [
        await websockets.connect(address, subprotocols=subprotocols) for address in ours.addresses
    ]
    if subprotocols:
        await asyncio.gather(*(socket.recv() for socket in sockets))
    grown = ours.memory_bytes()
    await asyncio.gather(*(socket.close() for socket in sockets))
    return grown


async def _resume(address: str) -> tuple[int, int, float]:
    async with websockets.connect(address, subprotocols=V1, max_size=None) as socket:
        await socket.recv()
        begun, cards, size = perf_counter(), 0, 0
        await socket.send(json.dumps({"type": "resume", "lastSeq": 0}))
        await socket.send(json.dumps({"type": "ping"}))
        while '"pong"' not in (text := await socket.recv())[:20]:
            cards += text.startswith('{"type":"card"')
            size += len(text)
        return cards, size, perf_counter() - begun


async def _make_cards(address: str) -> None:
    async with websockets.connect(address, subprotocols=V1, max_size=None) as socket:
        await _send(socket, type="ready", modelId="m", engine="webllm")
        for number in range(MISSED // CARDS):
            await _send(
                socket,
                type="generate",
                prompt=f"Part {number}",
                options={"count": CARDS},
                requestId=str(number),
            )
            request = await _until(socket, "generate")
            cards = [
                {"front": f"Question {number} {card}?", "back": f"Answer {card}, in a sentence."}
                for card in range(CARDS)
            ]
            leased = {name: request[name] for name in ("generationId", "lease", "cacheKey")}
            await _send(socket, type="response", data={"cards": cards}, **leased)
            await _until(socket, "result")


async def _until(socket: Any, kind: str) -> dict[str, Any]:
    while (message := json.loads(await socket.recv()))["type"] != kind:
        pass
    return message


async def _send(socket: Any, **message: Any) -> None:
    await socket.send(json.dumps(message))
