"""Two daphnes with the same PostgreSQL and Valkey behave like one server.

A request on one daphne is served by an engine on the other.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from mindflip.embedded.run import program
from mindflip.embedded.servers import free_port
from tests.helpers.processes import running_server
from tests.resilience.clients import MODEL, Account, SocketClient, open_v1_socket, url_on_server


class ServerPair:
    """The URLs of two servers, and a separate account for each test."""

    def __init__(self, first_url: str, second_url: str, name: str) -> None:
        self.first_url, self.second_url = first_url, second_url
        self.account = Account(first_url, name)

    def create_session(self) -> dict[str, Any]:
        """Create a session on the first server, which both servers know."""
        return self.account.create_session(self.first_url)


@pytest.fixture(scope="module")
def server_urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with running_server(tmp_path_factory.mktemp("pair")) as server:
        port = free_port()
        environment = server.environment | {"MINDFLIP_PORT": str(port)}
        second = program("web", server.folder / "log" / "second.log", environment, port=port)
        server.services.append(second)
        server.start(second)
        yield server.url, f"http://127.0.0.1:{port}"


@pytest.fixture
def servers(server_urls: tuple[str, str], request: pytest.FixtureRequest) -> ServerPair:
    return ServerPair(*server_urls, request.node.name[:100])


async def request_generation(
    client: SocketClient, engine: SocketClient, count: int = 1
) -> dict[str, Any]:
    """Send a request and return the `generate` message that the engine receives."""
    await engine.send(type="ready", modelId=MODEL, engine="webllm")
    await client.send(type="generate", prompt="Tides", options={"count": count}, requestId="r1")
    return await engine.receive_type("generate")


def make_response(request: dict[str, Any], *fronts: str) -> dict[str, Any]:
    cards = [{"front": front, "back": f"Answer to {front}"} for front in fronts]
    lease_fields = {name: request[name] for name in ("generationId", "lease", "cacheKey")}
    return {"type": "response", "data": {"cards": cards}, **lease_fields}


async def test_request_on_one_server_is_served_by_engine_on_other_server(servers):
    phone, desktop = servers.create_session(), servers.create_session()
    async with (
        open_v1_socket(phone["wsUrl"]) as client,
        open_v1_socket(url_on_server(servers.second_url, desktop["wsUrl"])) as engine,
    ):
        request = await request_generation(client, engine, count=2)
        lease_fields = {name: request[name] for name in ("generationId", "lease")}
        await engine.send(
            type="card", index=0, card={"front": "ebb", "back": "Answer to ebb"}, **lease_fields
        )
        assert (await client.receive_type("card"))["card"]["front"] == "ebb"
        await engine.send(**make_response(request, "ebb", "flow"))
        assert [
            card["front"] for card in (await client.receive_type("result"))["data"]["cards"]
        ] == [
            "ebb",
            "flow",
        ]


async def test_cancel_on_one_server_stops_engine_on_other_server(servers):
    address = servers.create_session()["wsUrl"]
    async with (
        open_v1_socket(address) as client,
        open_v1_socket(url_on_server(servers.second_url, address)) as engine,
    ):
        request = await request_generation(client, engine)
        await client.send(type="cancel", requestId="r1")
        assert (await engine.receive_type("cancel"))["generationId"] == request["generationId"]
        assert (await client.receive_type("error"))["code"] == "cancelled"


async def test_session_deleted_on_one_server_closes_sockets_on_other_server(servers):
    session = servers.create_session()
    async with open_v1_socket(url_on_server(servers.second_url, session["wsUrl"])) as socket:
        servers.account.http.delete(
            f"{servers.first_url}/api/webllm/session/{session['sessionId']}"
        ).raise_for_status()
        with pytest.raises(ConnectionClosed) as closed:
            await socket.receive_type("nothing")
        assert (closed.value.rcvd.code, bool(closed.value.rcvd.reason)) == (4404, True)


async def test_long_poll_on_one_server_returns_result_of_engine_on_other_server(servers):
    session = servers.create_session()
    body = {"prompt": "Tides", "options": {"count": 1}}
    url = f"{servers.first_url}/api/webllm/session/{session['sessionId']}/generations"
    generation = servers.account.http.post(url, json=body).json()["generationId"]
    async with open_v1_socket(url_on_server(servers.second_url, session["wsUrl"])) as engine:
        await engine.send(type="ready", modelId=MODEL, engine="webllm")
        request = await engine.receive_type("generate")
        long_poll = asyncio.to_thread(
            servers.account.http.get,
            f"{servers.first_url}/api/webllm/generations/{generation}?wait=25",
        )
        poll = asyncio.create_task(long_poll)
        await engine.send(**make_response(request, "ebb"))
        assert (await poll).json()["status"] == "succeeded"


async def test_identical_requests_on_both_servers_create_one_generation(servers):
    address = servers.create_session()["wsUrl"]
    async with (
        open_v1_socket(address) as first_client,
        open_v1_socket(url_on_server(servers.second_url, address)) as second_client,
    ):
        await asyncio.gather(
            *(
                client.send(type="generate", prompt="Tides", requestId="r1")
                for client in (first_client, second_client)
            )
        )
        queued = [await client.receive_type("progress") for client in (first_client, second_client)]
        assert len({message["generationId"] for message in queued}) == 1
