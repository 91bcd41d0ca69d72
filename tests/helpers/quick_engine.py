"""An engine without a model, which connects like another device of the visitor.

It immediately responds with the cards that a test gives it.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.helpers.page_objects import Visitor

MODEL = "SmolLM2-135M-Instruct-Q4_1"
Card = dict[str, str]
GenerateCards = Callable[[dict[str, Any]], list[Card]]
"""A function that returns the cards for a `generate` message, or an empty list."""


@contextmanager
def quick_engine(
    visitor: Visitor, generate: GenerateCards, model_id: str = MODEL
) -> Iterator[list[dict[str, Any]]]:
    """Serve the visitor's requests as `model_id` while the block runs.

    Yield the list of requests, which grows as they arrive.
    """
    requests: list[dict[str, Any]] = []
    with connect(_ws_url(visitor, model_id), subprotocols=["mindflip.v1"], proxy=None) as socket:  # type: ignore[list-item]
        thread = threading.Thread(
            target=_serve, args=(socket, generate, requests, model_id), daemon=True
        )
        thread.start()
        yield requests
    thread.join(10)


def _ws_url(visitor: Visitor, model_id: str) -> str:
    with visitor.api_client() as client:
        response = client.post("/webllm/session", json={"modelId": model_id})
        return response.raise_for_status().json()["wsUrl"]


def _serve(
    socket: ClientConnection, generate: GenerateCards, requests: list[dict[str, Any]], model_id: str
) -> None:
    socket.send(json.dumps({"type": "ready", "modelId": model_id, "engine": "webllm"}))
    for text in socket:
        message = json.loads(text)
        if message["type"] == "ping":
            socket.send(json.dumps({"type": "pong"}))
        elif message["type"] == "generate":
            requests.append(message)
            lease_fields = {name: message[name] for name in ("generationId", "lease", "cacheKey")}
            socket.send(
                json.dumps(
                    {"type": "response", "data": {"cards": generate(message)}, **lease_fields}
                )
            )
