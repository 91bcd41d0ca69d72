"""Flashcards without a browser: ask a MindFlip server for cards and print each one as it comes.

    pip install httpx websockets
    python headless.py http://localhost:3000 alice "correct horse battery" "The water cycle" 5

The cards are written by an engine elsewhere: a page of the same user with a loaded model, on any
device. Until one is there, the request waits in its queue. The program may lose its connection as
often as it likes: the same requestId is the same request, and `resume` brings whatever was missed.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any, TextIO
from uuid import uuid4

import httpx
from websockets import Subprotocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

FINAL = {4401, 4403, 4404, 4410}  # close codes after which this address opens no more sockets
MODEL = "Llama-3-8B-Instruct-q4f16_1-MLC"
Message = dict[str, Any]


class Refused(Exception):
    """The server said no; the text is its sentence."""


def main(url: str, username: str, password: str, topic: str, count: str = "5") -> None:
    """Print the cards about a topic. Raises Refused."""
    with httpx.Client(base_url=url) as rest:
        register(rest, username, password)
        token = sign_in(rest, username, password)
        session = open_session(rest, token)
    asyncio.run(print_cards(session["wsUrl"], topic, int(count)))


def register(rest: httpx.Client, username: str, password: str) -> None:
    """Make the account, unless there is one of this name: then signing in shows whether it is
    ours.
    """
    answer = rest.post("/api/auth/register", json={"username": username, "password": password})
    if answer.is_error and "username" not in answer.json().get("fields", {}):
        raise Refused(answer.json()["error"])


def sign_in(rest: httpx.Client, username: str, password: str) -> str:
    """An access token. Raises Refused."""
    return post(rest, "/api/auth/token", {"username": username, "password": password})["access"]


def open_session(rest: httpx.Client, token: str) -> Message:
    """A session; its `wsUrl` opens sockets for as long as it lives. Raises Refused."""
    rest.headers["Authorization"] = f"Bearer {token}"
    return post(rest, "/api/webllm/session", {"modelId": MODEL})


def post(rest: httpx.Client, path: str, body: Message) -> Message:
    """The JSON of an answer. Raises Refused with the sentence of a problem."""
    answer = rest.post(path, json=body)
    if answer.is_error:
        raise Refused(answer.json()["error"])
    return answer.json()


async def print_cards(address: str, topic: str, count: int) -> None:
    """Print each card once, in order."""
    async for number, card in cards(address, topic, count):
        say(f"{number + 1}. {card['front']}\n   {card['back']}", sys.stdout)


async def cards(address: str, topic: str, count: int) -> AsyncIterator[tuple[int, Message]]:
    """Number and card, each once, as they come. Raises Refused."""
    next_number = 0
    async for message in messages(address, topic, count):
        for number, card in news(message):
            if number == next_number:
                next_number += 1
                yield number, card


def news(message: Message) -> list[tuple[int, Message]]:
    """The cards in a message: one in a `card`, all in a `result`."""
    if message["type"] == "card":
        return [(message["index"], message["card"])]
    return list(enumerate(message["data"]["cards"])) if message["type"] == "result" else []


async def messages(address: str, topic: str, count: int) -> AsyncIterator[Message]:
    """What the server says about our request, over as many sockets as it takes, up to its result.

    Raises Refused.
    """
    request_id, last_seq = uuid4().hex, 0
    prompt = f"Generate {count} flashcards about {topic}"
    ask = {
        "type": "generate",
        "prompt": prompt,
        "options": {"topic": topic, "count": count},
        "requestId": request_id,
    }
    # comes back by itself, with growing pauses
    async for socket in connect(address, subprotocols=[Subprotocol("mindflip.v1")]):
        try:
            await send(socket, {"type": "resume", "lastSeq": last_seq})
            await send(socket, ask)
            async for message in heard(socket):
                last_seq = max(last_seq, message.get("seq", 0))
                # a refusal of what could not be read has no id
                if message.get("requestId", request_id) == request_id:
                    yield understood(message)
                if message["type"] == "result" and message.get("requestId") == request_id:
                    return
        except ConnectionClosed as closed:
            if closed.rcvd and closed.rcvd.code in FINAL:
                raise Refused(closed.rcvd.reason) from None


async def heard(socket: ClientConnection) -> AsyncIterator[Message]:
    """What concerns generations; heartbeats are answered here, and snapshots of the session are
    left aside.
    """
    async for text in socket:
        message = json.loads(text)
        if message["type"] == "ping":
            await send(socket, {"type": "pong"})
        elif message["type"] != "session":
            yield message


async def send(socket: ClientConnection, message: Message) -> None:
    await socket.send(json.dumps(message))


def understood(message: Message) -> Message:
    """The message; progress is shown beside the cards. Raises Refused for an error."""
    if message["type"] == "error":
        raise Refused(message["error"])
    if message["type"] == "progress":
        say(f"[{message['progress']:3d} %] {message['message']}", sys.stderr)
    return message


def say(text: str, where: TextIO) -> None:
    print(text, file=where, flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in {5, 6}:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (Refused, httpx.TransportError) as error:
        sys.exit(f"{error}")
