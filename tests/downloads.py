"""Downloads, taken as the server sends them: piece by piece, on an event loop."""

from typing import Any

from asgiref.sync import async_to_sync


@async_to_sync
async def taken(answer: Any) -> bytes:
    """All of a file that is streamed.

    The test client empties answers that have no body, and what is empty is no coroutine.
    """
    return b"".join([piece async for piece in answer] if answer.is_async else answer)
