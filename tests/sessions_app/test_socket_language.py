"""The messages of a socket are in the language that it was opened with."""

import pytest
from django.utils.translation import get_language, override

from sessions_app.sync_executor import run_sync
from tests.helpers.sockets import open_socket
from tests.translations import pseudo

UNKNOWN = "3f0b6e5e-0000-4000-8000-000000000000"


MESSAGES = {
    "from the event loop": {"type": "nonsense"},
    "from a thread": {"type": "cancel", "generationId": UNKNOWN},
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
        ) as of_alice,
        open_socket((await acreate_session(bob))["wsUrl"], ["mindflip.v1"]) as of_bob,
    ):
        for socket in (of_alice, of_bob):
            await socket.receive_type("session")
        for socket, is_translated in [(of_alice, True), (of_bob, False)] * 5:
            await socket.send(**message)
            error = (await socket.receive_type("error"))["error"]
            assert error.startswith("⟦") == is_translated, error


async def test_thread_does_not_keep_the_language_of_an_earlier_caller(socket_db, pseudo_language):
    for language, expected in [(pseudo.LANGUAGE, pseudo.LANGUAGE), (None, "en")] * 20:
        with override(language):
            assert await run_sync(get_language) == expected
