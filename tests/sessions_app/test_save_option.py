"""The option `save` creates a deck from the result, whether it is generated or cached."""

import pytest
from asgiref.sync import sync_to_async

from flashcards.models import Deck
from sessions_app.models import Generation
from tests.helpers.sockets import make_cards, open_socket
from tests.helpers.v1 import receive_until, send_ready, send_response

DECKS = "/api/flashcards/decks"
TIDES = {"count": 1, "topic": "Tides"}


async def decks_of(user) -> list[Deck]:
    return [deck async for deck in Deck.objects.of(user)]


async def generate(socket, **options) -> dict:
    """Send a request in the guide's dialect, and return the result.

    If the server sends `generate` to this socket, the socket responds with a card.
    """
    await socket.request_cards("Tides", 1, **options)
    while (message := await socket.receive())["type"] != "result":
        if message["type"] == "generate":
            await socket.send_cards(message, make_cards("ebb"))
    return message


@pytest.fixture
def rest(api, alice):
    """Return a coroutine function that calls the REST API as Alice."""
    client = api(alice)
    return lambda method, *args, **kwargs: sync_to_async(getattr(client, method))(*args, **kwargs)


async def test_result_is_saved_when_engine_responds(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await generate(socket, save=True)
    assert [deck.name for deck in await decks_of(alice)] == ["Tides"]


async def test_cached_result_is_saved_over_guide_socket(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await generate(socket)
        assert await decks_of(alice) == []
        assert (await generate(socket, save=True))["data"]["cached"]
    (deck,) = await decks_of(alice)
    assert [card.front async for card in deck.cards.all()] == ["ebb"]


async def test_cached_result_is_saved_over_rest(socket_db, alice, acreate_session, rest):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await generate(socket)
    body = {"prompt": "Generate 1 flashcards about Tides", "options": TIDES | {"save": True}}
    response = await rest("post", f"/api/webllm/session/{session['sessionId']}/generations", body)
    assert response.json()["cached"]
    assert len(await decks_of(alice)) == 1


async def test_cached_result_is_saved_over_v1_socket(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"], ["mindflip.v1"]) as socket:
        await send_ready(socket)
        await socket.send(type="generate", prompt="Tides", options=TIDES)
        await send_response(socket, await receive_until(socket, "generate"), "ebb")
        await receive_until(socket, "result")
        await socket.send(type="generate", prompt="Tides", options=TIDES | {"save": True})
        assert (await receive_until(socket, "result"))["data"]["cached"]
    assert len(await decks_of(alice)) == 1


async def test_result_that_is_saved_repeatedly_creates_single_deck(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        for _ in range(3):
            await generate(socket, save=True)
    assert len(await decks_of(alice)) == 1


async def test_deleted_deck_is_restored_when_its_result_is_saved_again(
    socket_db, alice, acreate_session, rest
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await generate(socket, save=True)
        (deck,) = await decks_of(alice)
        await rest("delete", f"{DECKS}/{deck.pk}")
        assert await decks_of(alice) == []
        await generate(socket, save=True)
    assert [saved.pk for saved in await decks_of(alice)] == [deck.pk]


async def test_permanently_deleted_deck_is_recreated_when_its_result_is_saved(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await generate(socket, save=True)
        await Deck.objects.all().adelete()
        await generate(socket, save=True)
    assert len(await decks_of(alice)) == 1


@pytest.mark.parametrize("is_blanked", [True, False], ids=["blanked", "deleted"])
async def test_result_is_regenerated_and_saved_if_its_generation_is_blanked_or_deleted(
    socket_db, alice, acreate_session, is_blanked
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await generate(socket)
        rows = Generation.objects.all()
        await (rows.aupdate(cards=[], prompt="") if is_blanked else rows.adelete())
        assert "cached" not in (await generate(socket, save=True))["data"]
    assert len(await decks_of(alice)) == 1


async def test_result_shared_by_two_sockets_is_saved_if_second_request_has_save(
    socket_db, alice, acreate_session
):
    address = (await acreate_session(alice))["wsUrl"]
    async with open_socket(address) as first, open_socket(address) as second:
        await first.request_cards("Tides", 1)
        request = await first.receive_type("generate")
        await second.request_cards("Tides", 1, save=True)
        await second.receive_type("progress")
        await first.send_cards(request, make_cards("ebb"))
        await first.receive_type("result")
        await second.receive_type("result")
    assert len(await decks_of(alice)) == 1


async def test_cached_result_is_not_saved_without_save_option(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await generate(socket)
        assert (await generate(socket))["data"]["cached"]
    assert await decks_of(alice) == []


async def test_cached_result_of_other_user_is_not_used_when_saving(
    socket_db, alice, bob, acreate_session
):
    async with (
        open_socket((await acreate_session(alice))["wsUrl"]) as alice_socket,
        open_socket((await acreate_session(bob))["wsUrl"]) as bob_socket,
    ):
        await generate(alice_socket)
        assert "cached" not in (await generate(bob_socket, save=True))["data"]
    assert (len(await decks_of(alice)), len(await decks_of(bob))) == (0, 1)
