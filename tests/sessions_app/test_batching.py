"""Simultaneous work is batched: it shares one thread hop, one transaction and one round trip."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from django.db import IntegrityError, connection

from sessions_app.batching import Batcher
from sessions_app.services.fast_path import execute_each
from tests.helpers.sockets import Socket, make_cards, open_socket


class Reader:
    """A callable that multiplies numbers by two and records each batch."""

    def __init__(self) -> None:
        self.turns: list[list[int]] = []

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.turns.append(list(numbers))
        if 0 in numbers:
            raise ValueError("Nothing is not doubled.")
        return [2 * number for number in numbers]


async def test_all_who_ask_at_once_are_answered_in_one_turn_each_with_its_own():
    reader = Reader()
    doubled = Batcher(reader)
    assert await asyncio.gather(*(doubled.submit(number) for number in (3, 1, 2, 3))) == [
        6,
        2,
        4,
        6,
    ]
    assert reader.turns == [[3, 1, 2, 3]]


async def test_who_asks_later_gets_a_turn_of_its_own():
    reader = Reader()
    doubled = Batcher(reader)
    assert [await doubled.submit(1), await doubled.submit(2)] == [2, 4]
    assert reader.turns == [[1], [2]]


async def test_a_fault_is_told_to_all_of_its_turn_and_to_nobody_after_it():
    doubled = Batcher(Reader())
    faults = await asyncio.gather(doubled.submit(0), doubled.submit(1), return_exceptions=True)
    assert [str(fault) for fault in faults] == ["Nothing is not doubled."] * 2
    assert await doubled.submit(1) == 2


async def test_who_leaves_takes_nobody_along():
    doubled = Batcher(Reader())
    leaves, stays = (
        asyncio.ensure_future(doubled.submit(1)),
        asyncio.ensure_future(doubled.submit(2)),
    )
    await asyncio.sleep(0)
    leaves.cancel()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await leaves


async def test_of_two_who_ask_the_same_at_once_nobody_gets_what_the_other_remembers(
    socket_db, alice, bob, acreate_session
):
    async with (
        open_socket((await acreate_session(alice))["wsUrl"]) as hers,
        open_socket((await acreate_session(bob))["wsUrl"]) as his,
    ):
        await hers.request_cards("Tides", 1)
        await hers.send_cards(await hers.receive_type("generate"), make_cards("ebb"))
        remembered = await hers.receive_type("result")
        await asyncio.gather(hers.request_cards("Tides", 1), his.request_cards("Tides", 1))
        assert (await hers.receive_type("result"))["data"] == {
            "cards": remembered["data"]["cards"],
            "cached": True,
        }
        assert (await his.receive_type("generate"))["cardsSoFar"] == []


async def test_many_who_ask_and_answer_at_once_get_each_its_own_cards_and_then_what_was_remembered(
    socket_db, alice, bob, acreate_session
):
    async with AsyncExitStack() as open_sockets:
        whose = [alice, bob] * 3
        sockets = [
            await open_sockets.enter_async_context(
                open_socket((await acreate_session(user))["wsUrl"])
            )
            for user in whose
        ]
        first = await asyncio.gather(
            *(round_trip(socket, f"Topic {number}") for number, socket in enumerate(sockets))
        )
        assert [card["front"] for data in first for card in data["cards"]] == [
            f"Topic {number}" for number in range(len(sockets))
        ]
        again = await asyncio.gather(
            *(round_trip(socket, f"Topic {number}") for number, socket in enumerate(sockets))
        )
        assert again == [{"cards": data["cards"], "cached": True} for data in first]


async def round_trip(socket: Socket, topic: str) -> dict[str, Any]:
    await socket.request_cards(topic, 1)
    while (message := await socket.receive())["type"] != "result":
        assert message["type"] in ("progress", "generate"), message
        if message["type"] == "generate":
            await socket.send_cards(message, make_cards(topic))
    return message["data"]


@pytest.fixture
def numbers(transactional_db: None) -> Iterator[str]:
    """Create a table of positive numbers, and yield the statement that inserts one."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE numbers (n integer CHECK (n > 0))")
    yield "INSERT INTO numbers VALUES (%(n)s) RETURNING n"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE numbers")


def kept() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM numbers ORDER BY n")
        return [row[0] for row in cursor.fetchall()]


def test_statements_that_go_together_each_give_their_own_row(numbers):
    assert execute_each(numbers, [{"n": 2}, {"n": 1}]) == [(1, (2,)), (1, (1,))]
    assert kept() == [1, 2]


def test_statements_of_a_batch_write_nothing_when_one_is_refused_and_later_ones_work(numbers):
    assert execute_each(numbers, [{"n": 1}, {"n": -1}, {"n": 2}]) == [(0, None)] * 3
    assert kept() == []
    assert execute_each(numbers, [{"n": 1}, {"n": 2}]) == [(1, (1,)), (1, (2,))]


def test_a_single_statement_that_is_refused_says_why(numbers):
    with pytest.raises(IntegrityError, match="check constraint"):
        execute_each(numbers, [{"n": -1}])
    assert kept() == []
