"""The messages of a socket are in the language that it was opened with."""

import pytest

from tests.sessions_app.conftest import open_socket
from tests.translations import pseudo

UNKNOWN = "3f0b6e5e-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"type": "nonsense"}, id="from the event loop"),
        pytest.param({"type": "cancel", "generationId": UNKNOWN}, id="from a thread"),
    ],
)
async def test_error_on_a_socket_is_in_its_language(
    socket_db, alice, session_of, pseudo_language, message
):
    address = (await session_of(alice))["wsUrl"]
    preferred = {"Accept-Language": pseudo.LANGUAGE}
    async with open_socket(address, ["mindflip.v1"], **preferred) as socket:
        await socket.receive_type("session")
        await socket.send(**message)
        assert (await socket.receive_type("error"))["error"].startswith("⟦")


async def test_error_on_a_socket_is_english_beside_another_language(
    socket_db, alice, session_of, pseudo_language
):
    address = (await session_of(alice))["wsUrl"]
    async with (
        open_socket(address, **{"Accept-Language": pseudo.LANGUAGE}) as first,
        open_socket((await session_of(alice))["wsUrl"]) as second,
    ):
        for socket, start in ((first, "⟦"), (second, "T")):
            await socket.send(type="generate", prompt="", options={"count": 0})
            assert (await socket.receive_type("error"))["error"][0] != "⟦" or start == "⟦"
