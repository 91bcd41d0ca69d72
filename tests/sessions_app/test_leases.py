"""Leases of silent engines expire, and no generation waits forever.

A generation fails after three attempts, or after ten minutes without an engine.
"""

from datetime import timedelta

from asgiref.sync import sync_to_async
from django.utils import timezone

from sessions_app.models import Attempt, Generation
from sessions_app.services.leases import leases_recover
from tests.helpers.sockets import make_cards, open_socket

recover_leases = sync_to_async(leases_recover)


async def test_expired_lease_is_replaced_and_late_response_is_rejected(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        first = await socket.receive_type("generate")
        leased_at = (await Attempt.objects.aget()).started_at
        assert await recover_leases(now=leased_at + timedelta(seconds=149)) == 0
        assert await recover_leases(now=leased_at + timedelta(seconds=151)) == 1
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


async def test_generation_fails_with_engine_lost_after_three_expired_leases(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        for _ in range(3):
            await socket.receive_type("generate")
            await recover_leases(now=timezone.now() + timedelta(seconds=151))
        error = await socket.receive_type("error")
        assert (error["code"], error["retryable"]) == ("engine_lost", True)
        assert await Attempt.objects.filter(outcome="engine_lost").acount() == 3


async def test_cards_of_lost_engine_are_kept_and_only_missing_cards_are_requested(
    socket_db, alice, acreate_session
):
    async with open_socket((await acreate_session(alice))["wsUrl"]) as socket:
        await socket.request_cards("Tides", 2)
        await socket.send_cards(await socket.receive_type("generate"), make_cards("ebb"))
        await socket.receive_type("generate")
        await recover_leases(now=timezone.now() + timedelta(seconds=151))
        retry = await socket.receive_type("generate")
        assert (retry["options"]["count"], retry["attempt"]) == (1, 2)
        await socket.send_cards(retry, make_cards("flow"))
        result = await socket.receive_type("result")
        assert [card["front"] for card in result["data"]["cards"]] == ["ebb", "flow"]


async def test_generation_of_disconnected_engine_is_retried_after_30_seconds(
    socket_db, alice, acreate_session
):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
        before_disconnect = timezone.now()
    assert await recover_leases(now=before_disconnect + timedelta(seconds=29)) == 0
    assert await recover_leases(now=timezone.now() + timedelta(seconds=31)) == 1
    async with open_socket(session["wsUrl"]) as socket:
        assert (await socket.receive())["attempt"] == 2


async def test_generation_fails_with_no_engine_after_ten_minutes_in_queue(
    socket_db, alice, acreate_session
):
    session = await acreate_session(alice)
    async with open_socket(session["wsUrl"]) as socket:
        await socket.request_cards("Tides", 1)
        await socket.receive_type("generate")
    await recover_leases(now=timezone.now() + timedelta(seconds=31))
    queued = (await Generation.objects.aget()).queued_at
    assert await recover_leases(now=queued + timedelta(seconds=599)) == 0
    assert await recover_leases(now=queued + timedelta(seconds=601)) == 1
    generation = await Generation.objects.aget()
    assert (generation.status, generation.error_code) == ("failed", "no_engine")


async def test_socket_does_not_run_generation_requested_by_other_live_socket(
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
