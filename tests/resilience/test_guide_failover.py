"""A daphne is killed while a client of the guide's dialect waits for a result.

The client's next socket resumes the request, which runs only once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mindflip.embedded.run import program
from mindflip.embedded.servers import free_port
from tests.helpers.processes import RunningServer, running_server
from tests.resilience.clients import Account, SocketClient, open_guide_socket, url_on_server

# With these settings, a socket whose disconnect was not reported expires after seconds instead of a
# minute.
SHORT_DELAYS = {"MINDFLIP_HEARTBEAT_SECONDS": "1", "MINDFLIP_ENGINE_TIMEOUT_SECONDS": "4"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(tmp_path, **SHORT_DELAYS) as server:
        yield server


@pytest.fixture
def second_url(server: RunningServer) -> str:
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


async def request_cards(client: SocketClient, **fields: Any) -> None:
    await client.send(
        type="generate", prompt="About tides", options={"count": 1, "topic": "Tides"}, **fields
    )


async def send_response(client: SocketClient, request: dict[str, Any]) -> None:
    """Respond like the guide's client, which identifies the request only by its cache key."""
    await client.send(
        type="response",
        cacheKey=request["cacheKey"],
        data={"cards": [{"front": "ebb", "back": "falling"}]},
    )


@pytest.mark.parametrize("request_id", [None, "r1"])
async def test_request_repeated_after_server_is_killed_resumes_generation_with_one_result(
    server, second_url, request_id
):
    ids = {"requestId": request_id} if request_id else {}
    account = Account(server.url, "alice")
    session = account.create_session(server.url)
    async with open_guide_socket(session["wsUrl"]) as client:
        await request_cards(client, **ids)
        first = await client.receive_type("generate")
        server.web.kill()
    async with open_guide_socket(url_on_server(second_url, session["wsUrl"])) as client:
        await request_cards(client, **ids)
        assert (await client.receive_type("progress"))["message"] == "Queued"
        reassigned = await client.receive_type("generate")
        assert (reassigned["generationId"], reassigned["attempt"]) == (first["generationId"], 1)
        await send_response(client, reassigned)
        result = await client.receive_type("result")
        assert (result["generationId"], result["data"]["cards"][0]["front"]) == (
            first["generationId"],
            "ebb",
        )
        await request_cards(client)
        assert (await client.receive_type("result"))["data"]["cached"], (
            "the first request has a second result"
        )
    generations = account.http.get(
        f"{second_url}/api/webllm/session/{session['sessionId']}/generations"
    ).json()["results"]
    assert [generation["status"] for generation in generations] == ["succeeded"]
