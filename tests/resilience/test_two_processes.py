"""Two daphnes with the same PostgreSQL and Valkey behave like one.

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
from tests.resilience.accounts import MODEL, Account, Talker, at, talking


class Pair:
    """Two servers, and a separate account for each test."""

    def __init__(self, first: str, other: str, name: str) -> None:
        self.first, self.other = first, other
        self.account = Account(first, name)

    def session(self) -> dict[str, Any]:
        """Create a session on the first server, which both servers know."""
        return self.account.new_session(self.first)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with running_server(tmp_path_factory.mktemp("pair")) as server:
        port = free_port()
        environment = server.environment | {"MINDFLIP_PORT": str(port)}
        second = program("web", server.folder / "log" / "second.log", environment, port=port)
        server.services.append(second)
        server.start(second)
        yield server.url, f"http://127.0.0.1:{port}"


@pytest.fixture
def pair(servers: tuple[str, str], request: pytest.FixtureRequest) -> Pair:
    return Pair(*servers, request.node.name[:100])


async def asked_on_the_other_side(asker: Talker, engine: Talker, count: int = 1) -> dict[str, Any]:
    """Send a request and return the `generate` message that the engine receives."""
    await engine.send(type="ready", modelId=MODEL, engine="webllm")
    await asker.send(type="generate", prompt="Tides", options={"count": count}, requestId="r1")
    return await engine.until("generate")


def answer(request: dict[str, Any], *fronts: str) -> dict[str, Any]:
    cards = [{"front": front, "back": f"What {front} is"} for front in fronts]
    leased = {name: request[name] for name in ("generationId", "lease", "cacheKey")}
    return {"type": "response", "data": {"cards": cards}, **leased}


async def test_who_asks_on_one_is_served_by_an_engine_on_the_other(pair):
    phone, desktop = pair.session(), pair.session()
    async with (
        talking(phone["wsUrl"]) as asker,
        talking(at(pair.other, desktop["wsUrl"])) as engine,
    ):
        request = await asked_on_the_other_side(asker, engine, count=2)
        leased = {name: request[name] for name in ("generationId", "lease")}
        await engine.send(
            type="card", index=0, card={"front": "ebb", "back": "What ebb is"}, **leased
        )
        assert (await asker.until("card"))["card"]["front"] == "ebb"
        await engine.send(**answer(request, "ebb", "flow"))
        assert [card["front"] for card in (await asker.until("result"))["data"]["cards"]] == [
            "ebb",
            "flow",
        ]


async def test_cancel_on_one_stops_the_engine_on_the_other(pair):
    address = pair.session()["wsUrl"]
    async with talking(address) as asker, talking(at(pair.other, address)) as engine:
        request = await asked_on_the_other_side(asker, engine)
        await asker.send(type="cancel", requestId="r1")
        assert (await engine.until("cancel"))["generationId"] == request["generationId"]
        assert (await asker.until("error"))["code"] == "cancelled"


async def test_a_session_closed_on_one_closes_its_sockets_on_the_other(pair):
    session = pair.session()
    async with talking(at(pair.other, session["wsUrl"])) as socket:
        pair.account.http.delete(
            f"{pair.first}/api/webllm/session/{session['sessionId']}"
        ).raise_for_status()
        with pytest.raises(ConnectionClosed) as closed:
            await socket.until("nothing")
        assert (closed.value.rcvd.code, bool(closed.value.rcvd.reason)) == (4404, True)


async def test_a_long_poll_on_one_wakes_by_an_engine_on_the_other(pair):
    session = pair.session()
    wish = {"prompt": "Tides", "options": {"count": 1}}
    queue = f"{pair.first}/api/webllm/session/{session['sessionId']}/generations"
    generation = pair.account.http.post(queue, json=wish).json()["generationId"]
    async with talking(at(pair.other, session["wsUrl"])) as engine:
        await engine.send(type="ready", modelId=MODEL, engine="webllm")
        request = await engine.until("generate")
        waiting = asyncio.to_thread(
            pair.account.http.get, f"{pair.first}/api/webllm/generations/{generation}?wait=25"
        )
        poll = asyncio.create_task(waiting)
        await engine.send(**answer(request, "ebb"))
        assert (await poll).json()["status"] == "succeeded"


async def test_the_same_request_on_both_at_once_is_one_generation(pair):
    address = pair.session()["wsUrl"]
    async with talking(address) as first, talking(at(pair.other, address)) as other:
        await asyncio.gather(
            *(side.send(type="generate", prompt="Tides", requestId="r1") for side in (first, other))
        )
        queued = [await side.until("progress") for side in (first, other)]
        assert len({message["generationId"] for message in queued}) == 1
