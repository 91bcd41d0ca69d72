"""What must be so after the storm."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.faults.askers import Wish
from tests.faults.cluster import Cluster
from tests.faults.storm import Storm

OPEN = {"queued", "leased"}
ATTEMPTS = 3
# how a lost connection is called by those who lost it
LOSSES = (
    "redis.exceptions.ConnectionError",
    "redis.exceptions.TimeoutError",
    "redis.exceptions.BusyLoadingError",
    "kombu.exceptions.OperationalError",
    "django.db.utils.OperationalError",
    "django.db.utils.InterfaceError",
    "psycopg.OperationalError",
    "psycopg.errors.AdminShutdown",
    "psycopg.errors.CannotConnectNow",
    "psycopg_pool.PoolTimeout",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "BrokenPipeError",
    "ConnectionError",
    "celery.beat.SchedulingError",
)
# the last of a chain of tracebacks says what came of it
TRACEBACK = re.compile(
    r"^Traceback \(most recent call last\):\n(?:(?:[ \t].*)?\n)*(\S.*)\n(?!\n(?:During handling|The above))", re.MULTILINE
)


def faults(storm: Storm) -> list[str]:
    """Everything that is not as it must be, in words; empty when all is well."""
    rows = _rows(storm.cluster)
    told = [
        fault for asker in storm.askers for wish in asker.wishes.values() for fault in _of_wish(wish, asker.cards[wish.request_id], rows)
    ]
    refused = [f"a socket was refused: {refusal}" for wire in [*storm.askers, *storm.engines] for refusal in wire.refusals]
    return [*told, *refused, *_of_rows(storm, rows), *_of_processes(storm)]


def report(storm: Storm) -> str:
    """The counts."""
    wishes = [wish for asker in storm.askers for wish in asker.wishes.values()]
    outcomes = Counter(wish.outcomes[0][0] if wish.outcomes else "nothing" for wish in wishes)
    kills = ", ".join(f"{name} {count}" for name, count in sorted(storm.cluster.kills.items()))
    counts = "\n".join(f"  {count:5} {name}" for name, count in sorted(storm.counts.items()))
    summary = f"{len(wishes)} requests: {outcomes['result']} results, {outcomes['error']} errors, {outcomes['nothing']} without an outcome"
    further = sum(row["attempts"] - 1 for row in _rows(storm.cluster).values() if row["attempts"])
    return f"{summary}, {further} further attempts\nkilled: {kills}\n{counts}\n"


def _of_wish(wish: Wish, streamed: dict[int, str], rows: dict[str, dict[str, Any]]) -> Iterator[str]:
    distinct = [one for number, one in enumerate(wish.outcomes) if one not in wish.outcomes[:number]]
    row = rows.get(wish.request_id)
    if len(distinct) != 1 or row is None:
        yield f"{wish.request_id} has {len(distinct)} outcomes, and is {row and row['status']} in the database: {distinct}"
        return
    (kind, what), told = distinct[0], "result" if row["status"] == "succeeded" else "error"
    if (kind, what) != (told, row["cards"] if told == "result" else row["error_code"]):
        yield f"{wish.request_id} was told {kind} {what}, and the database has {row}"
    if kind == "result":
        yield from _of_cards(wish, what, streamed)


def _of_cards(wish: Wish, cards: list[dict[str, Any]], streamed: dict[int, str]) -> Iterator[str]:
    fronts = [card["front"] for card in cards]
    if len(set(fronts)) != len(fronts) or len({card["id"] for card in cards}) != len(cards):
        yield f"{wish.request_id} has a card twice: {fronts}"
    if not all(card["front"].startswith(f"{wish.request_id} ") and card["back"] for card in cards):
        yield f"{wish.request_id} has cards of something else: {fronts}"
    if not (len(cards) == wish.count or (wish.is_partial and 0 < len(cards) < wish.count)):
        yield f"{wish.request_id} wanted {wish.count} cards, has {len(cards)}, partial: {wish.is_partial}"
    if any(index >= len(cards) or cards[index]["id"] != card for index, card in streamed.items()):
        yield f"{wish.request_id} lost a card that had been streamed"


def _of_rows(storm: Storm, rows: dict[str, dict[str, Any]]) -> Iterator[str]:
    asked = {request_id for asker in storm.askers for request_id in asker.wishes}
    yield from (f"{request_id} was never asked" for request_id in rows.keys() - asked)
    for request_id, row in rows.items():
        if row["status"] in OPEN:
            yield f"{request_id} is stuck: {row}"
        elif row["attempts"] > ATTEMPTS or row["attempts"] != row["attempt_count"] or row["running"]:
            yield f"{request_id} has wrong attempts: {row}"


def _of_processes(storm: Storm) -> Iterator[str]:
    yield from (f"{name} died by itself" for name in storm.cluster.died())
    if storm.counts["died by itself"]:
        yield f"{storm.counts['died by itself']} processes died by themselves"
    for name, log in storm.cluster.logs("web1", "web2", "worker", "beat").items():
        for last in Counter(TRACEBACK.findall(log)):
            if not last.startswith(LOSSES):
                yield f"{name} logged a traceback: {last}"


def _rows(cluster: Cluster) -> dict[str, dict[str, Any]]:
    """The generations by request id, with how many attempts they had and how many of these have no end."""
    query = """
        SELECT g.request_id, g.status, g.cards, g.error_code, g.attempt_count,
               count(a.id) AS attempts, count(a.id) FILTER (WHERE a.ended_at IS NULL) AS running
        FROM sessions_app_generation g LEFT JOIN sessions_app_attempt a ON a.generation_id = g.id GROUP BY g.id
    """
    with psycopg.connect(cluster.database_url, row_factory=dict_row) as connection:
        return {row["request_id"]: row for row in connection.execute(query)}
