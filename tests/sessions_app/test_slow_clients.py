"""Long polls and slow downloads hold no database connection.

A process has only a few connections.
"""

import asyncio
import json
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection
from django.test import AsyncClient
from rest_framework_simplejwt.tokens import AccessToken

from tests.helpers.sockets import wait_until


def _headers(user: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {AccessToken.for_user(user)}"}


@sync_to_async
def _has_connection() -> bool:
    """Return whether the thread that runs the requests holds a connection.

    All requests of a test run in the same thread.
    """
    return connection.connection is not None


async def _has_no_connection() -> bool:
    return not await _has_connection()


async def test_long_poll_for_generation_holds_no_database_connection(
    socket_db, alice, acreate_session
):
    address = f"/api/webllm/session/{(await acreate_session(alice))['sessionId']}/generations"
    body = json.dumps(
        {"prompt": "Generate 2 flashcards about Tides", "options": {"count": 2, "topic": "Tides"}}
    )
    client, headers = AsyncClient(), _headers(alice)
    generation = (
        await client.post(address, body, content_type="application/json", headers=headers)
    ).json()
    generation_address = f"/api/webllm/generations/{generation['generationId']}"
    assert await _has_connection()
    waiting = asyncio.create_task(client.get(f"{generation_address}?wait=20", headers=headers))
    await wait_until(_has_no_connection)
    assert not waiting.done()
    await client.delete(generation_address, headers=headers)
    assert (await waiting).json()["status"] == "cancelled"


async def test_slow_download_of_export_holds_no_database_connection(socket_db, alice):
    export = await AsyncClient().get("/api/account/export", headers=_headers(alice))
    assert await _has_connection()
    chunks = aiter(export)
    first = await anext(chunks)
    assert not await _has_connection()
    assert (first + b"".join([chunk async for chunk in chunks])).startswith(b"PK")
