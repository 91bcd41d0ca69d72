"""The floor as a bare ASGI application, to separate the cost of daphne from the cost of MindFlip.

To run it:

    DATABASE_URL=... REDIS_URL=... python -m daphne benchmarks.on_daphne:application
"""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import redis.asyncio as redis

TABLE = (
    "CREATE TABLE IF NOT EXISTS floor_generation (id bigserial PRIMARY KEY, key text, prompt text,"
    " result jsonb)"
)
INSERT = "INSERT INTO floor_generation (key, prompt) VALUES ($1, $2) RETURNING id"
UPDATE = "UPDATE floor_generation SET result = $2 WHERE id = $1"
RETENTION_SECONDS = 3600
PREFIX = "daphne:"  # separates these results from those of the floor


class Stores:
    """The PostgreSQL pool and the Redis client, opened for the first socket."""

    rows: asyncpg.Pool | None = None
    results: redis.Redis | None = None

    async def open(self) -> None:
        if self.results is None:
            self.results = redis.from_url(os.environ["REDIS_URL"])
            self.rows = await asyncpg.create_pool(
                os.environ["DATABASE_URL"], min_size=4, max_size=8
            )
            await self.rows.execute(TABLE)


stores = Stores()


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[Any]],
    send: Callable[[Any], Awaitable[None]],
) -> None:
    """Serve one socket, or send an empty HTTP response to show that the server is running."""
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})
        return
    await stores.open()
    await receive()
    await send({"type": "websocket.accept"})
    waiting: dict[str, int] = {}
    while (event := await receive())["type"] == "websocket.receive":
        for answer in await _answers(json.loads(event["text"]), waiting):
            await send({"type": "websocket.send", "text": json.dumps(answer)})


async def _answers(message: dict[str, Any], waiting: dict[str, int]) -> list[dict[str, Any]]:
    return await (_asked if message["type"] == "generate" else _written)(message, waiting)


async def _asked(message: dict[str, Any], waiting: dict[str, int]) -> list[dict[str, Any]]:
    assert stores.results is not None
    assert stores.rows is not None
    key = f"webllm:flashcards:{message['options']['topic']}:{message['options']['count']}"
    queued = {"type": "progress", "progress": 0, "message": "Queued"}
    if hit := await stores.results.get(PREFIX + key):
        return [queued, {"type": "result", "data": json.loads(hit)}]
    waiting[key] = await stores.rows.fetchval(INSERT, key, message["prompt"])
    return [queued, message]


async def _written(message: dict[str, Any], waiting: dict[str, int]) -> list[dict[str, Any]]:
    assert stores.results is not None
    assert stores.rows is not None
    data = json.dumps(message["data"])
    await stores.rows.execute(UPDATE, waiting.pop(message["cacheKey"]), data)
    await stores.results.set(PREFIX + message["cacheKey"], data, ex=RETENTION_SECONDS)
    return [
        {"type": "progress", "progress": 100, "message": "Done"},
        {"type": "result", "data": message["data"]},
    ]
