"""The checks after a storm."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.resilience.chaos import Storm
from tests.resilience.cluster import Cluster
from tests.resilience.guide_client import GuideClient
from tests.resilience.rest_client import Caller
from tests.resilience.v1_client import Requester, Wish

Client = Requester | GuideClient | Caller
Rows = dict[str, list[dict[str, Any]]]
OPEN = {"queued", "leased"}
ATTEMPTS = 3
# These exceptions are raised when a connection is lost.
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
# Only the last traceback of a chain is matched, because it names the final exception.
TRACEBACK = re.compile(
    r"^Traceback \(most recent call last\):\n(?:(?:[ \t].*)?\n)*(\S.*)\n(?!\n(?:During handling|The"
    r" above))",
    re.MULTILINE,
)


def faults(storm: Storm) -> list[str]:
    """Return a description of each fault; the list is empty if all is well."""
    rows = _rows(storm.cluster)
    outcome_faults = [
        fault
        for client in storm.clients
        for wish in client.wishes.values()
        for fault in _of_wish(wish, client, rows)
    ]
    refused = [
        f"a client was refused: {refusal}"
        for participant in [*storm.clients, *storm.engines]
        for refusal in participant.refusals
    ]
    strays = [stray for participant in storm.clients for stray in participant.strays]
    return [*outcome_faults, *refused, *strays, *_of_rows(storm, rows), *_of_processes(storm)]


def report(storm: Storm) -> str:
    """Return a summary of the requests, kills and counts."""
    wishes = [wish for client in storm.clients for wish in client.wishes.values()]
    outcomes = Counter(wish.outcomes[0][0] if wish.outcomes else "nothing" for wish in wishes)
    kills = ", ".join(f"{name} {count}" for name, count in sorted(storm.cluster.kills.items()))
    counts = "\n".join(f"  {count:5} {name}" for name, count in sorted(storm.counts.items()))
    summary = (
        f"{len(wishes)} requests: {outcomes['result']} results, {outcomes['error']} errors,"
        f" {outcomes['nothing']} without an outcome"
    )
    further = sum(
        row["attempts"] - 1
        for rows in _rows(storm.cluster).values()
        for row in rows
        if row["attempts"]
    )
    return f"{summary}, {further} further attempts\nkilled: {kills}\n{counts}\n"


def _of_wish(wish: Wish, client: Client, rows: Rows) -> Iterator[str]:
    distinct = [
        outcome
        for number, outcome in enumerate(wish.outcomes)
        if outcome not in wish.outcomes[:number]
    ]
    own = rows.get(wish.request_id, [])
    if len(distinct) != 1 or not own:
        yield (
            f"{wish.request_id} has {len(distinct)} outcomes, and is"
            f" {[row['status'] for row in own]} in the database: {distinct}"
        )
        return
    kind, what = distinct[0]
    if (kind, what) not in [_outcome(row) for row in own]:
        yield f"{wish.request_id} was told {kind} {what}, and the database has {own}"
    # Clients without IDs repeat a request whose outcome was sent to a lost socket.
    if len(own) > 1 and not isinstance(client, GuideClient):
        yield f"{wish.request_id} ran {len(own)} times"
    if kind == "result":
        yield from _of_cards(
            wish, what, client.cards[wish.request_id] if isinstance(client, Requester) else {}
        )


def _outcome(row: dict[str, Any]) -> tuple[str, Any]:
    return (
        ("result", row["cards"]) if row["status"] == "succeeded" else ("error", row["error_code"])
    )


def _of_cards(wish: Wish, cards: list[dict[str, Any]], streamed: dict[int, str]) -> Iterator[str]:
    fronts = [card["front"] for card in cards]
    if len(set(fronts)) != len(fronts) or len({card["id"] for card in cards}) != len(cards):
        yield f"{wish.request_id} has a card twice: {fronts}"
    if not all(card["front"].startswith(f"{wish.request_id} ") and card["back"] for card in cards):
        yield f"{wish.request_id} has cards of something else: {fronts}"
    if not (len(cards) == wish.count or (wish.is_partial and 0 < len(cards) < wish.count)):
        yield (
            f"{wish.request_id} wanted {wish.count} cards, has {len(cards)}, partial:"
            f" {wish.is_partial}"
        )
    if any(index >= len(cards) or cards[index]["id"] != card for index, card in streamed.items()):
        yield f"{wish.request_id} lost a card that had been streamed"


def _of_rows(storm: Storm, rows: Rows) -> Iterator[str]:
    requested = {request_id for client in storm.clients for request_id in client.wishes}
    yield from (f"{request_id} was never asked" for request_id in rows.keys() - requested)
    for request_id, row in ((request_id, row) for request_id, own in rows.items() for row in own):
        if row["status"] in OPEN:
            yield f"{request_id} is stuck: {row}"
        elif (
            row["attempts"] > ATTEMPTS or row["attempts"] != row["attempt_count"] or row["running"]
        ):
            yield f"{request_id} has wrong attempts: {row}"


def _of_processes(storm: Storm) -> Iterator[str]:
    yield from (f"{name} died by itself" for name in storm.cluster.died())
    if storm.counts["died by itself"]:
        yield f"{storm.counts['died by itself']} processes died by themselves"
    for name, log in storm.cluster.logs("web1", "web2", "worker", "beat").items():
        for last in Counter(TRACEBACK.findall(log)):
            if not last.startswith(LOSSES):
                yield f"{name} logged a traceback: {last}"


def _rows(cluster: Cluster) -> Rows:
    """Return the generations by topic, which is the request ID.

    Each row includes its number of attempts and how many of them are still running.
    """
    query = """
        SELECT g.options ->> 'topic' AS topic, g.status, g.cards, g.error_code, g.attempt_count,
               count(a.id) AS attempts, count(a.id) FILTER (WHERE a.ended_at IS NULL) AS running
        FROM sessions_app_generation g LEFT JOIN sessions_app_attempt a ON a.generation_id = g.id
            GROUP BY g.id
    """
    rows: Rows = {}
    with psycopg.connect(cluster.database_url, row_factory=dict_row) as connection:
        for row in connection.execute(query):
            rows.setdefault(row["topic"], []).append(row)
    return rows
