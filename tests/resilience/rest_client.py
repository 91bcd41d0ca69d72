"""Clients that request cards over REST.

They send each request to either server at random, with an Idempotency-Key and long polls.
"""

import asyncio
from collections import Counter
from random import Random
from typing import Any

import httpx

from tests.resilience.v1_client import AGAIN_SECONDS, Wish

WAIT_SECONDS = 5
FINISHED = {"succeeded", "failed", "cancelled"}
BUSY = {429, 503}


class Caller:
    """A client that sends one request after another.

    It repeats requests that get no response, or a response with status 429 or 503. It records any
    other refusal as a fault.
    """

    def __init__(
        self,
        name: str,
        servers: tuple[str, str],
        token: str,
        session_id: str,
        chance: Random,
        counts: Counter[str],
    ) -> None:
        self.name = name
        self.servers = servers
        self.headers = {"Authorization": token}
        self.queue = f"/api/webllm/session/{session_id}/generations"
        self.chance = chance
        self.counts = counts
        self.wishes: dict[str, Wish] = {}
        self.refusals: list[str] = []
        self.strays: list[str] = []

    async def live(self) -> None:
        """Return immediately, because REST doesn't need an open connection."""

    async def ask(self, count: int, is_cancelled: bool = False) -> Wish:
        """Send a request and poll until it has an outcome."""
        wish = Wish(f"{self.name}-{len(self.wishes)}", count)
        self.wishes[wish.request_id] = wish
        body = {name: wish.message[name] for name in ("prompt", "options")}
        generation = await self._until_answered(
            "POST", self.queue, json=body, headers={"Idempotency-Key": wish.request_id}
        )
        address = f"/api/webllm/generations/{generation['generationId']}"
        if is_cancelled:
            await self._until_answered("DELETE", address)
        while generation["status"] not in FINISHED:
            generation = await self._until_answered("GET", f"{address}?wait={WAIT_SECONDS}")
        wish.is_partial = generation["partial"]
        is_success = generation["status"] == "succeeded"
        wish.end(
            "result" if is_success else "error",
            generation["cards"] if is_success else generation["code"],
        )
        return wish

    async def _until_answered(
        self, method: str, path: str, headers: dict[str, str] | None = None, **body: Any
    ) -> dict[str, Any]:
        while True:
            try:
                async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
                    url = self.chance.choice(self.servers) + path
                    answer = await http.request(
                        method, url, headers=self.headers | (headers or {}), **body
                    )
            except httpx.TransportError:
                self.counts["REST calls without an answer"] += 1
            else:
                if answer.is_success:
                    return answer.json()
                self.counts[f"REST calls answered {answer.status_code}"] += 1
                if answer.status_code not in BUSY:
                    self.refusals.append(
                        f"{method} {path}: {answer.status_code} {answer.text[:300]}"
                    )
            await asyncio.sleep(AGAIN_SECONDS)
