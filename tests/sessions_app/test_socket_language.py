"""The messages of a socket are in the language that it was opened with."""

import pytest
from django.utils.translation import get_language, override

from sessions_app.sync_executor import run_sync
from tests.helpers.sockets import open_socket
from tests.translations import pseudo

UNKNOWN_ID = "3f0b6e5e-0000-4000-8000-000000000000"


MESSAGES = {
    "from the event loop": {"type": "nonsense"},
    "from a thread": {"type": "cancel", "generationId": UNKNOWN_ID},
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
async def test_each_of_two_sockets_gets_errors_in_its_own_language(
    socket_db, alice, bob, acreate_session, pseudo_language, message
):
    async with (
        open_socket(
            (await acreate_session(alice))["wsUrl"],
            ["mindflip.v1"],
            **{"Accept-Language": pseudo.LANGUAGE},
        ) as alice_socket,
        open_socket((await acreate_session(bob))["wsUrl"], ["mindflip.v1"]) as bob_socket,
    ):
        for socket in (alice_socket, bob_socket):
            await socket.receive_type("session")
        for socket, is_translated in [(alice_socket, True), (bob_socket, False)] * 5:
            await socket.send(**message)
            error = (await socket.receive_type("error"))["error"]
            assert error.startswith("⟦") == is_translated, error


async def test_thread_does_not_keep_language_of_earlier_caller(socket_db, pseudo_language):
    for language, expected in [(pseudo.LANGUAGE, pseudo.LANGUAGE), (None, "en")] * 20:
        with override(language):
            assert await run_sync(get_language) == expected
