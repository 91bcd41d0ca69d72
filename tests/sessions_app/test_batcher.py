"""Simultaneous work is batched: it shares one thread hop, one transaction and one round trip."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from django.db import IntegrityError, connection

from sessions_app.services.fast_path import execute_each
from sessions_app.sync_executor import Batcher
from tests.helpers.sockets import Socket, make_cards, open_socket


class RecordingDoubler:
    """A callable that multiplies numbers by two and records each batch."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        if 0 in numbers:
            raise ValueError("Zero is not allowed.")
        return [2 * number for number in numbers]


async def test_concurrent_items_share_a_batch_and_each_gets_its_own_result():
    doubler = RecordingDoubler()
    batcher = Batcher(doubler)
    assert await asyncio.gather(*(batcher.submit(number) for number in (3, 1, 2, 3))) == [
        6,
        2,
        4,
        6,
    ]
    assert doubler.batches == [[3, 1, 2, 3]]


async def test_items_submitted_one_after_another_run_in_separate_batches():
    doubler = RecordingDoubler()
    batcher = Batcher(doubler)
    assert [await batcher.submit(1), await batcher.submit(2)] == [2, 4]
    assert doubler.batches == [[1], [2]]


async def test_exception_is_raised_for_each_item_of_its_batch_and_no_later_item():
    batcher = Batcher(RecordingDoubler())
    errors = await asyncio.gather(batcher.submit(0), batcher.submit(1), return_exceptions=True)
    assert [str(error) for error in errors] == ["Zero is not allowed."] * 2
    assert await batcher.submit(1) == 2


async def test_cancelled_caller_does_not_cancel_others_in_its_batch():
    batcher = Batcher(RecordingDoubler())
    cancelled, other = (
        asyncio.ensure_future(batcher.submit(1)),
        asyncio.ensure_future(batcher.submit(2)),
    )
    await asyncio.sleep(0)
    cancelled.cancel()
    assert await other == 4
    with pytest.raises(asyncio.CancelledError):
        await cancelled


async def test_concurrent_requests_of_two_users_do_not_share_cached_result(
    socket_db, alice, bob, acreate_session
):
    async with (
        open_socket((await acreate_session(alice))["wsUrl"]) as alice_socket,
        open_socket((await acreate_session(bob))["wsUrl"]) as bob_socket,
    ):
        await alice_socket.request_cards("Tides", 1)
        await alice_socket.send_cards(
            await alice_socket.receive_type("generate"), make_cards("ebb")
        )
        cached = await alice_socket.receive_type("result")
        await asyncio.gather(
            alice_socket.request_cards("Tides", 1), bob_socket.request_cards("Tides", 1)
        )
        assert (await alice_socket.receive_type("result"))["data"] == {
            "cards": cached["data"]["cards"],
            "cached": True,
        }
        assert (await bob_socket.receive_type("generate"))["cardsSoFar"] == []


async def test_concurrent_sockets_get_their_own_cards_and_then_their_cached_results(
    socket_db, alice, bob, acreate_session
):
    async with AsyncExitStack() as open_sockets:
        users = [alice, bob] * 3
        sockets = [
            await open_sockets.enter_async_context(
                open_socket((await acreate_session(user))["wsUrl"])
            )
            for user in users
        ]
        first = await asyncio.gather(
            *(round_trip(socket, f"Topic {number}") for number, socket in enumerate(sockets))
        )
        assert [card["front"] for data in first for card in data["cards"]] == [
            f"Topic {number}" for number in range(len(sockets))
        ]
        second = await asyncio.gather(
            *(round_trip(socket, f"Topic {number}") for number, socket in enumerate(sockets))
        )
        assert second == [{"cards": data["cards"], "cached": True} for data in first]


async def round_trip(socket: Socket, topic: str) -> dict[str, Any]:
    await socket.request_cards(topic, 1)
    while (message := await socket.receive())["type"] != "result":
        assert message["type"] in ("progress", "generate"), message
        if message["type"] == "generate":
            await socket.send_cards(message, make_cards(topic))
    return message["data"]


@pytest.fixture
def insert_statement(transactional_db: None) -> Iterator[str]:
    """Create a table of positive numbers, and yield the statement that inserts one."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE numbers (n integer CHECK (n > 0))")
    yield "INSERT INTO numbers VALUES (%(n)s) RETURNING n"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE numbers")


def stored_numbers() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM numbers ORDER BY n")
        return [row[0] for row in cursor.fetchall()]


def test_batched_statements_each_return_their_own_row(insert_statement):
    assert execute_each(insert_statement, [{"n": 2}, {"n": 1}]) == [(1, (2,)), (1, (1,))]
    assert stored_numbers() == [1, 2]


def test_batch_writes_nothing_if_a_statement_fails_and_next_batch_succeeds(insert_statement):
    assert execute_each(insert_statement, [{"n": 1}, {"n": -1}, {"n": 2}]) == [(0, None)] * 3
    assert stored_numbers() == []
    assert execute_each(insert_statement, [{"n": 1}, {"n": 2}]) == [(1, (1,)), (1, (2,))]


def test_single_failing_statement_raises_database_error_and_writes_nothing(insert_statement):
    with pytest.raises(IntegrityError, match="check constraint"):
        execute_each(insert_statement, [{"n": -1}])
    assert stored_numbers() == []
