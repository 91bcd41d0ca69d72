"""A daphne is killed while a client of the guide's dialect waits for a result.

The client's next socket takes over the request, which runs only once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mindflip.embedded.run import program
from mindflip.embedded.servers import free_port
from tests.helpers.processes import RunningServer, running_server
from tests.resilience.accounts import Account, Talker, at, talking_as_the_guide_does

# With these settings, a socket whose disconnect was never reported is considered dead after seconds
# instead of a minute.
HURRIED = {"MINDFLIP_HEARTBEAT_SECONDS": "1", "MINDFLIP_ENGINE_TIMEOUT_SECONDS": "4"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(tmp_path, **HURRIED) as server:
        yield server


@pytest.fixture
def other(server: RunningServer) -> str:
    """Start a second daphne and return its URL."""
    port = free_port()
    second = program(
        "web",
        server.folder / "log" / "second.log",
        server.environment | {"MINDFLIP_PORT": str(port)},
        port=port,
    )
    server.services.append(second)
    server.start(second)
    return f"http://127.0.0.1:{port}"


async def ask(client: Talker, **more: Any) -> None:
    await client.send(
        type="generate", prompt="About tides", options={"count": 1, "topic": "Tides"}, **more
    )


async def answer(client: Talker, request: dict[str, Any]) -> None:
    """Respond like the guide's client, which identifies the request only by its cache key."""
    await client.send(
        type="response",
        cacheKey=request["cacheKey"],
        data={"cards": [{"front": "ebb", "back": "falling"}]},
    )


@pytest.mark.parametrize("request_id", [None, "r1"])
async def test_who_asks_again_after_a_killed_daphne_has_the_same_generation_and_one_result(
    server, other, request_id
):
    ids = {"requestId": request_id} if request_id else {}
    account = Account(server.url, "alice")
    session = account.new_session(server.url)
    async with talking_as_the_guide_does(session["wsUrl"]) as client:
        await ask(client, **ids)
        before = await client.until("generate")
        server.web.kill()
    async with talking_as_the_guide_does(at(other, session["wsUrl"])) as client:
        await ask(client, **ids)
        assert (await client.until("progress"))["message"] == "Queued"
        again = await client.until("generate")
        assert (again["generationId"], again["attempt"]) == (before["generationId"], 1)
        await answer(client, again)
        result = await client.until("result")
        assert (result["generationId"], result["data"]["cards"][0]["front"]) == (
            before["generationId"],
            "ebb",
        )
        await ask(client)
        assert (await client.until("result"))["data"]["cached"], (
            "and no second result of the first request"
        )
    listed = account.http.get(
        f"{other}/api/webllm/session/{session['sessionId']}/generations"
    ).json()["results"]
    assert [generation["status"] for generation in listed] == ["succeeded"]
