"""The steps of a client and of an engine over a socket with the dialect `mindflip.v1`."""

from typing import Any

from tests.helpers.sockets import MODEL, Socket, make_cards

V1 = ["mindflip.v1"]


async def send_ready(socket: Socket, model: str = MODEL, **fields: Any) -> None:
    """Make the socket an engine."""
    await socket.send(type="ready", modelId=model, engine="webllm", **fields)


async def receive_snapshot(socket: Socket) -> dict[str, Any]:
    """Return the snapshot, which is the first message on a socket."""
    message = await socket.receive()
    assert message["type"] == "session", message
    return message


async def receive_until(socket: Socket, kind: str) -> dict[str, Any]:
    """Return the next message of this type, and skip others except errors.

    Respond to each `ping` that is skipped, so that the socket stays open.
    """
    while (message := await socket.receive())["type"] != kind:
        assert message["type"] != "error", message
        if message["type"] == "ping":
            await socket.send(type="pong")
    return message


async def receive_error(socket: Socket) -> dict[str, Any]:
    """Return the next error, and skip other messages."""
    while (message := await socket.receive())["type"] != "error":
        pass
    return message


async def send_card(engine: Socket, request: dict[str, Any], front: str, index: int = 0) -> None:
    await engine.send(
        type="card",
        generationId=request["generationId"],
        lease=request["lease"],
        index=index,
        card=make_cards(front)[0],
    )


async def lease_generation(
    engine: Socket, requester: Socket | None = None, count: int = 1
) -> dict[str, Any]:
    """Make the socket an engine, request cards, and return the `generate` that the engine receives.

    The request comes from `requester`, or else from the engine's own socket.
    """
    await send_ready(engine)
    await (requester or engine).send(
        type="generate", prompt="Tides", options={"count": count}, requestId="r1"
    )
    return await receive_until(engine, "generate")


async def send_response(engine: Socket, request: dict[str, Any], *fronts: str) -> None:
    await engine.send(
        type="response",
        cacheKey=request["cacheKey"],
        generationId=request["generationId"],
        lease=request["lease"],
        data={"cards": make_cards(*fronts)},
    )
