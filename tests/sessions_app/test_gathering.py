"""Questions that come at the same time are asked together."""

import asyncio
from collections.abc import Sequence

import pytest

from sessions_app.gathering import Gathered
from tests.sessions_app.conftest import cards, open_socket


class Reader:
    """Doubles numbers, and remembers what it was asked in each turn."""

    def __init__(self) -> None:
        self.turns: list[list[int]] = []

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.turns.append(list(numbers))
        if 0 in numbers:
            raise ValueError("Nothing is not doubled.")
        return [2 * number for number in numbers]


async def test_all_who_ask_at_once_are_answered_in_one_turn_each_with_its_own():
    reader = Reader()
    doubled = Gathered(reader)
    assert await asyncio.gather(*(doubled.ask(number) for number in (3, 1, 2, 3))) == [6, 2, 4, 6]
    assert reader.turns == [[3, 1, 2, 3]]


async def test_who_asks_later_gets_a_turn_of_its_own():
    reader = Reader()
    doubled = Gathered(reader)
    assert [await doubled.ask(1), await doubled.ask(2)] == [2, 4]
    assert reader.turns == [[1], [2]]


async def test_a_fault_is_told_to_all_of_its_turn_and_to_nobody_after_it():
    doubled = Gathered(Reader())
    faults = await asyncio.gather(doubled.ask(0), doubled.ask(1), return_exceptions=True)
    assert [str(fault) for fault in faults] == ["Nothing is not doubled."] * 2
    assert await doubled.ask(1) == 2


async def test_who_leaves_takes_nobody_along():
    doubled = Gathered(Reader())
    leaves, stays = asyncio.ensure_future(doubled.ask(1)), asyncio.ensure_future(doubled.ask(2))
    await asyncio.sleep(0)
    leaves.cancel()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await leaves


async def test_of_two_who_ask_the_same_at_once_nobody_gets_what_the_other_remembers(socket_db, alice, bob, session_of):
    async with open_socket((await session_of(alice))["wsUrl"]) as hers, open_socket((await session_of(bob))["wsUrl"]) as his:
        await hers.ask("Tides", 1)
        await hers.answer(await hers.receive_type("generate"), cards("ebb"))
        remembered = await hers.receive_type("result")
        await asyncio.gather(hers.ask("Tides", 1), his.ask("Tides", 1))
        assert (await hers.receive_type("result"))["data"] == {"cards": remembered["data"]["cards"], "cached": True}
        assert (await his.receive_type("generate"))["cardsSoFar"] == []
