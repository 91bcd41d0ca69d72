"""Engines that reconnect while they have unfinished work."""

from tests.helpers.sockets import open_socket
from tests.helpers.v1 import receive_until, send_card, send_ready, send_response

ONE_CARD = {"count": 1}


async def test_reconnected_engine_finishes_both_its_previous_and_its_new_generation(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address, ["mindflip.v1"]) as before:
        await send_ready(before)
        await before.send(
            type="generate", prompt="Tides", options={"count": 2, "topic": "Tides"}, requestId="r1"
        )
        previous_request = await receive_until(before, "generate")
        await before.send(
            type="generate", prompt="Moons", options=ONE_CARD | {"topic": "Moons"}, requestId="r2"
        )
        await receive_until(before, "session")
    async with open_socket(address, ["mindflip.v1"]) as after:
        await send_ready(after)
        new_request = await receive_until(after, "generate")
        await send_card(after, previous_request, "ebb")
        await send_response(after, previous_request, "ebb", "flow")
        assert (await receive_until(after, "result"))["requestId"] == "r1"
        await send_response(after, new_request, "waxing")
        assert (await receive_until(after, "result"))["requestId"] == "r2"
