"""Sockets of the real ASGI application, with the real channel layer, and without a server."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from inspect import isawaitable
from typing import Any
from urllib.parse import urlsplit

from asgiref.testing import ApplicationCommunicator
from jsonschema import Draft202012Validator

from sessions_app import asyncapi
from sessions_app.models import Engine
from tests.helpers.timeouts import TIMEOUT_SECONDS

MODEL = "Llama-3-8B-Instruct-q4f16_1-MLC"


class Socket:
    """A client's end of a socket, which fails with a message if it receives something unexpected.

    It replaces Channels' own communicator, which keeps connections out of the pool while it runs.
    """

    def __init__(self, address: str, headers: dict[str, str], subprotocols: list[str]) -> None:
        from mindflip.asgi import application

        parts = urlsplit(address)
        pairs = [
            (name.lower().encode(), value.encode())
            for name, value in {"Host": parts.netloc, **headers}.items()
        ]
        scope = {
            "type": "websocket",
            "path": parts.path,
            "query_string": parts.query.encode(),
            "headers": pairs,
            "subprotocols": subprotocols,
        }
        self.communicator = ApplicationCommunicator(application, scope)

    async def connect(self) -> None:
        await self.communicator.send_input({"type": "websocket.connect"})
        accepted = await self.communicator.receive_output(TIMEOUT_SECONDS)
        assert accepted["type"] == "websocket.accept"
        self.subprotocol = accepted.get("subprotocol")

    async def disconnect(self) -> None:
        await self.communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.communicator.wait(TIMEOUT_SECONDS)

    async def send_frame(self, text: str | None = None, binary: bytes | None = None) -> None:
        await self.communicator.send_input(
            {"type": "websocket.receive", "text": text, "bytes": binary}
        )

    async def send(self, **message: Any) -> None:
        await self.send_frame(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        """Return the next message, and check that it conforms to docs/asyncapi.json."""
        output = await self.communicator.receive_output(TIMEOUT_SECONDS)
        assert output["type"] == "websocket.send", output
        message = json.loads(output["text"])
        validator(message["type"], is_guide=self.subprotocol is None).validate(message)
        return message

    async def receive_close(self) -> dict[str, Any]:
        """Return the close, which comes next or after one error message."""
        output = await self.communicator.receive_output(TIMEOUT_SECONDS)
        if output["type"] == "websocket.send":
            output = await self.communicator.receive_output(TIMEOUT_SECONDS)
        assert output["type"] == "websocket.close", output
        return output

    @property
    def has_unread_messages(self) -> bool:
        return not self.communicator.output_queue.empty()

    async def receive_type(self, kind: str) -> dict[str, Any]:
        """Return the next message of this type, and skip progress messages."""
        while (message := await self.receive())["type"] != kind:
            assert message["type"] == "progress", message
        return message

    async def request_cards(self, topic: str = "Tides", count: int = 2, **options: Any) -> None:
        """Send the guide's request, as clients of the guide write it."""
        await self.send(
            type="generate",
            prompt=f"Generate {count} flashcards about {topic}",
            options={"count": count, "topic": topic, **options},
        )

    async def send_cards(self, request: dict[str, Any], cards: Any) -> None:
        """Send the guide's response to an engine's `generate`."""
        options = request["options"]
        await self.send(
            type="response",
            cacheKey=f"webllm:flashcards:{options['topic']}:{options['count']}",
            data={"cards": cards},
        )

    async def is_alive(self) -> bool:
        """Return whether the socket responds to a bad message with an error."""
        await self.send(type="nonsense")
        return (await self.receive_type("error"))["code"] == "unknown_type"


@cache
def validator(kind: str, is_guide: bool) -> Draft202012Validator:
    """Return the validator for one of the server's messages.

    The guide's dialect has only four of them.
    """
    types = asyncapi.GUIDE_SERVER_TYPES if is_guide else asyncapi.SERVER_TYPES
    (message_type,) = [candidate for candidate in types if candidate.__struct_config__.tag == kind]
    return Draft202012Validator(asyncapi.schema_of(message_type))


async def wait_until(condition: Callable[[], Any]) -> None:
    """Return when the condition, which may be a coroutine function, is true.

    Fail the test if it is not true after TIMEOUT_SECONDS.
    """
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not (await result if isawaitable(result := condition()) else result):
            await asyncio.sleep(0.01)


async def wait_for_heartbeats() -> None:
    """Wait for two heartbeats of the only socket of the guide's dialect.

    The second one runs completely before a message that the test sends next.
    """
    for _ in range(2):
        seen_at = (await Engine.objects.aget()).seen_at
        await wait_until(Engine.objects.filter(seen_at__gt=seen_at).aexists)


def make_cards(*fronts: str) -> list[dict[str, str]]:
    return [{"front": front, "back": f"Meaning of {front}"} for front in fronts]


@asynccontextmanager
async def open_socket(
    address: str, subprotocols: list[str] | None = None, **headers: str
) -> AsyncIterator[Socket]:
    socket = Socket(address, headers, subprotocols or [])
    await socket.connect()
    try:
        yield socket
    finally:
        await socket.disconnect()
