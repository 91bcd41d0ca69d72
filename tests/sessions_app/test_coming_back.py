"""Engines that reconnect while they have unfinished work."""

from tests.sessions_app.conftest import open_socket
from tests.sessions_app.test_v1 import ready, respond, stream, until

ONE_CARD = {"count": 1}


async def test_an_engine_that_came_back_and_was_given_more_may_still_finish_what_it_had(
    socket_db, alice, session_of
):
    address = (await session_of(alice))["wsUrl"]
    async with open_socket(address, ["mindflip.v1"]) as before:
        await ready(before)
        await before.send(
            type="generate", prompt="Tides", options={"count": 2, "topic": "Tides"}, requestId="r1"
        )
        old = await until(before, "generate")
        await before.send(
            type="generate", prompt="Moons", options=ONE_CARD | {"topic": "Moons"}, requestId="r2"
        )
        await until(before, "session")
    async with open_socket(address, ["mindflip.v1"]) as after:
        await ready(after)
        new = await until(after, "generate")
        await stream(after, old, "ebb")
        await respond(after, old, "ebb", "flow")
        assert (await until(after, "result"))["requestId"] == "r1"
        await respond(after, new, "waxing")
        assert (await until(after, "result"))["requestId"] == "r2"
