"""A reader of streamed downloads, which the server sends in pieces on an event loop."""

from typing import Any

from asgiref.sync import async_to_sync


@async_to_sync
async def read_stream(response: Any) -> bytes:
    """Return the whole content of a streamed file.

    The test client empties responses without a body, and their content is not asynchronous.
    """
    return b"".join([piece async for piece in response] if response.is_async else response)
