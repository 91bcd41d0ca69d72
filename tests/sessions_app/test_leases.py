"""Leases: silent engines lose them, and no generation waits forever.

A generation fails after three attempts, or after ten minutes without an engine.
"""

from datetime import timedelta

from asgiref.sync import sync_to_async
from django.utils import timezone

from sessions_app.models import Attempt, Generation
from sessions_app.services.leases import leases_recover
from tests.helpers.sockets import make_cards, open_socket

recover = sync_to_async(leases_recover)


async def test_a_lease_that_lapses_is_taken_back_and_given_anew(socket_db, alice, acreate_session):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        first = await socket.receive_type("generate")
        assert await recover(now=timezone.now() + timedelta(seconds=149)) == 0
        assert await recover(now=timezone.now() + timedelta(seconds=151)) == 1
        second = await socket.receive_type("generate")
        assert (second["generationId"], second["attempt"]) == (first["generationId"], 2)
        assert second["lease"] != first["lease"]
        await socket.send(
            type="response",
            cacheKey=first["cacheKey"],
            lease=first["lease"],
            data={"cards": make_cards("late")},
        )
        assert (await socket.receive())["code"] == "stale_response"
        await socket.send_cards(second, make_cards("ebb"))
        assert (await socket.receive_type("result"))["data"]["cards"][0]["front"] == "ebb"


async def test_three_lapses_fail_the_generation_and_its_asker_hears_it(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        for _ in range(3):
            await socket.receive_type("generate")
            await recover(now=timezone.now() + timedelta(seconds=151))
        error = await socket.receive_type("error")
        assert (error["code"], error["retryable"]) == ("engine_lost", True)
        assert await Attempt.objects.filter(outcome="engine_lost").acount() == 3


async def test_cards_of_a_lost_engine_stay_and_only_the_rest_is_asked_for(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 2)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
        await socket.receive_type("generate")
        await recover(now=timezone.now() + timedelta(seconds=151))
        again = await socket.receive_type("generate")
        assert (again["options"]["count"], again["attempt"]) == (1, 2)
        await socket.send_cards(again, make_cards("flow"))
        result = await socket.receive_type("result")
        assert [card["front"] for card in result["data"]["cards"]] == ["ebb", "flow"]


async def test_a_dropped_engine_has_a_grace_and_then_its_work_is_free(
    socket_db, alice, acreate_session
):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
    assert await recover(now=timezone.now() + timedelta(seconds=29)) == 0
    assert await recover(now=timezone.now() + timedelta(seconds=31)) == 1
    async with open_socket(session["wsUrl"]) as socket:
        assert (await socket.receive())["attempt"] == 2


async def test_what_no_engine_takes_fails_after_ten_minutes(socket_db, alice, acreate_session):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
    await recover(now=timezone.now() + timedelta(seconds=31))
    queued = (await Generation.objects.aget()).queued_at
    assert await recover(now=queued + timedelta(seconds=599)) == 0
    assert await recover(now=queued + timedelta(seconds=601)) == 1
    generation = await Generation.objects.aget()
    assert (generation.status, generation.error_code) == ("failed", "no_engine")


async def test_a_socket_never_works_on_what_another_live_socket_asked_for(
    socket_db, alice, acreate_session
):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket, open_socket(session["wsUrl"]) as other:
        await socket.request_cards("first", 1)
        first = await socket.receive_type("generate")
        await socket.request_cards("second", 1)
        await socket.receive()
        await other.request_cards("third", 1)
        assert (await other.receive_type("generate"))["options"]["topic"] == "third"
        await socket.send_cards(first, make_cards("ebb"))
        await socket.receive_type("result")
        assert (await socket.receive_type("generate"))["options"]["topic"] == "second"
