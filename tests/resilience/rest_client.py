"""Clients that request cards over REST.

They send each request to either server at random, with an Idempotency-Key and long polls.
"""

import asyncio
from collections import Counter
from random import Random
from typing import Any

import httpx

from tests.resilience.v1_client import RETRY_SECONDS, CardRequest

LONG_POLL_SECONDS = 5
FINAL_STATUSES = {"succeeded", "failed", "cancelled"}
RETRYABLE_STATUSES = {429, 503}


class RestClient:
    """A client that sends one request after another.

    It resends requests that get no response, or an error response. Error responses with a status
    other than 429 and 503 are recorded in `rejections`.
    """

    def __init__(
        self,
        name: str,
        servers: tuple[str, str],
        token: str,
        session_id: str,
        random: Random,
        counts: Counter[str],
    ) -> None:
        self.name = name
        self.servers = servers
        self.headers = {"Authorization": token}
        self.queue = f"/api/webllm/session/{session_id}/generations"
        self.random = random
        self.counts = counts
        self.requests: dict[str, CardRequest] = {}
        self.rejections: list[str] = []
        self.unexpected_messages: list[str] = []

    async def run(self) -> None:
        """Return immediately, because REST doesn't need an open connection."""

    async def request_cards(self, count: int, is_cancelled: bool = False) -> CardRequest:
        """Send a request for cards and poll until it has an outcome."""
        request = CardRequest(f"{self.name}-{len(self.requests)}", count)
        self.requests[request.request_id] = request
        body = {name: request.message[name] for name in ("prompt", "options")}
        generation = await self._send_until_successful(
            "POST", self.queue, json=body, headers={"Idempotency-Key": request.request_id}
        )
        address = f"/api/webllm/generations/{generation['generationId']}"
        if is_cancelled:
            await self._send_until_successful("DELETE", address)
        while generation["status"] not in FINAL_STATUSES:
            generation = await self._send_until_successful(
                "GET", f"{address}?wait={LONG_POLL_SECONDS}"
            )
        request.is_partial = generation["partial"]
        is_success = generation["status"] == "succeeded"
        request.add_outcome(
            "result" if is_success else "error",
            generation["cards"] if is_success else generation["code"],
        )
        return request

    async def _send_until_successful(
        self, method: str, path: str, headers: dict[str, str] | None = None, **body: Any
    ) -> dict[str, Any]:
        while True:
            try:
                async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
                    url = self.random.choice(self.servers) + path
                    response = await client.request(
                        method, url, headers=self.headers | (headers or {}), **body
                    )
            except httpx.TransportError:
                self.counts["REST requests without a response"] += 1
            else:
                if response.is_success:
                    return response.json()
                self.counts[f"REST responses with status {response.status_code}"] += 1
                if response.status_code not in RETRYABLE_STATUSES:
                    self.rejections.append(
                        f"{method} {path}: {response.status_code} {response.text[:300]}"
                    )
            await asyncio.sleep(RETRY_SECONDS)
