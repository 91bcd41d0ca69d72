"""Compare the guide's round trip on MindFlip and the floor, and on one daphne and two.

Both sides of a comparison run in turn within the same minute. Rates depend on the machine, because
the server shares its processors with the clients, PostgreSQL and Valkey. The processor time of the
server's own process shows the cost of a round trip independently of other load.
"""

import asyncio
from collections.abc import Callable

from benchmarks.load import Load, run
from benchmarks.servers import Measured, mindflip, the_floor, the_floor_on_daphne

SOCKETS, USERS = 50, 5
ROUNDS = {"miss": 40, "hit": 200}
REPEATS = 3


def against_the_floor() -> None:
    """Measure the floor and MindFlip in turn, so that slow phases of the machine affect both."""
    print(
        f"\nround trips, {SOCKETS} sockets: a second, p50 and p99 in ms, processor time of the"
        " server in µs each"
    )
    with the_floor(SOCKETS) as floor, mindflip(SOCKETS, USERS) as ours:
        for repeat in range(REPEATS):
            for kind in ROUNDS:
                _compare(kind, ("floor", floor), ("MindFlip", ours), f"ours {repeat}")


def the_floor_with_and_without_daphne() -> None:
    """Compare the floor with the same code behind daphne."""
    print(
        f"\nround trips, {SOCKETS} sockets, the floor by itself against the same lines behind"
        " daphne"
    )
    with the_floor(SOCKETS) as floor, the_floor_on_daphne(SOCKETS) as behind:
        for repeat in range(REPEATS):
            for kind in ROUNDS:
                _compare(kind, ("floor", floor), ("behind daphne", behind), f"daphne {repeat}")


def two_daphnes_against_one() -> None:
    """Compare the same load on one daphne process and on two."""
    print(f"\nround trips, {SOCKETS} sockets, one daphne against two")
    with mindflip(SOCKETS, USERS) as one_daphne, mindflip(SOCKETS, USERS, daphnes=2) as two_daphnes:
        for repeat in range(REPEATS):
            for kind in ROUNDS:
                _compare(kind, ("one", one_daphne), ("two", two_daphnes), f"two {repeat}")


def _compare(
    kind: str, baseline: tuple[str, Measured], other: tuple[str, Measured], trial: str
) -> None:
    first, second = _load(kind, baseline[1], trial), _load(kind, other[1], trial)
    ratios = (
        f"rate {second.rate / first.rate:.2f}, p99 x{_p99(second) / _p99(first):.1f}, processor"
        f" x{_cost(second) / _cost(first):.1f}"
    )
    print(f"{kind:5}{baseline[0]} {_row(first)}   {other[0]} {_row(second)}   {ratios}", flush=True)
    if trial.endswith(" 0"):
        trips = len(second.latencies)
        print(
            f"     {other[0]}: {second.messages / trips:.1f} messages and {second.bytes // trips}"
            " bytes each"
        )


def _load(kind: str, measured: Measured, trial: str) -> Load:
    return asyncio.run(
        run(measured.addresses, ROUNDS[kind], _topics(kind, trial), measured.processor_seconds)
    )


def _row(load: Load) -> str:
    return (
        f"{load.rate:6.0f}/s {load.percentile(0.5) * 1000:5.0f} {_p99(load) * 1000:5.0f}"
        f" {_cost(load) * 1e6:6.0f}"
    )


def _cost(load: Load) -> float:
    """Return the server's processor seconds for one round trip."""
    return load.cost / len(load.latencies)


def _p99(load: Load) -> float:
    return load.percentile(0.99)


def _topics(kind: str, trial: str) -> Callable[[int, int], str]:
    """Return a function that returns the topic of a request.

    Each miss has a new topic. Each hit has the topic of its socket's first miss in the same trial.
    """
    return (
        (lambda socket, turn: f"{trial} {socket} {turn}")
        if kind == "miss"
        else (lambda socket, turn: f"{trial} {socket} 0")
    )
