"""Checks of the outcomes, rows and processes after a chaos run."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.resilience.chaos import Chaos
from tests.resilience.cluster import Cluster
from tests.resilience.guide_client import GuideClient
from tests.resilience.rest_client import RestClient
from tests.resilience.v1_client import CardRequest, V1Client

Client = V1Client | GuideClient | RestClient
Rows = dict[str, list[dict[str, Any]]]
OPEN_STATUSES = {"queued", "leased"}
MAX_ATTEMPTS = 3
# These exceptions are raised when a connection is lost.
CONNECTION_ERRORS = (
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


def violations(chaos: Chaos) -> list[str]:
    """Return a description of each violated invariant."""
    rows = _rows(chaos.cluster)
    request_violations = [
        violation
        for client in chaos.clients
        for request in client.requests.values()
        for violation in _request_violations(request, client, rows)
    ]
    rejected = [
        f"a client was rejected: {rejection}"
        for client in [*chaos.clients, *chaos.engines]
        for rejection in client.rejections
    ]
    unexpected = [message for client in chaos.clients for message in client.unexpected_messages]
    return [
        *request_violations,
        *rejected,
        *unexpected,
        *_row_violations(chaos, rows),
        *_process_violations(chaos),
    ]


def report(chaos: Chaos) -> str:
    """Return a summary of the requests, kills and counts."""
    requests = [request for client in chaos.clients for request in client.requests.values()]
    outcomes = Counter(
        request.outcomes[0][0] if request.outcomes else "none" for request in requests
    )
    kills = ", ".join(f"{name} {count}" for name, count in sorted(chaos.cluster.kills.items()))
    counts = "\n".join(f"  {count:5} {name}" for name, count in sorted(chaos.counts.items()))
    summary = (
        f"{len(requests)} requests: {outcomes['result']} results, {outcomes['error']} errors,"
        f" {outcomes['none']} without an outcome"
    )
    retries = sum(
        row["attempts"] - 1
        for rows in _rows(chaos.cluster).values()
        for row in rows
        if row["attempts"]
    )
    return f"{summary}, {retries} retried attempts\nkilled: {kills}\n{counts}\n"


def _request_violations(request: CardRequest, client: Client, rows: Rows) -> Iterator[str]:
    distinct = [
        outcome
        for number, outcome in enumerate(request.outcomes)
        if outcome not in request.outcomes[:number]
    ]
    own_rows = rows.get(request.request_id, [])
    if len(distinct) != 1 or not own_rows:
        yield (
            f"{request.request_id} has {len(distinct)} outcomes, and is"
            f" {[row['status'] for row in own_rows]} in the database: {distinct}"
        )
        return
    kind, value = distinct[0]
    if (kind, value) not in [_outcome(row) for row in own_rows]:
        yield f"{request.request_id} received {kind} {value}, but the database has {own_rows}"
    # Guide clients resend a request whose outcome was sent to a lost socket.
    if len(own_rows) > 1 and not isinstance(client, GuideClient):
        yield f"{request.request_id} ran {len(own_rows)} times"
    if kind == "result":
        yield from _card_violations(
            request, value, client.cards[request.request_id] if isinstance(client, V1Client) else {}
        )


def _outcome(row: dict[str, Any]) -> tuple[str, Any]:
    return (
        ("result", row["cards"]) if row["status"] == "succeeded" else ("error", row["error_code"])
    )


def _card_violations(
    request: CardRequest, cards: list[dict[str, Any]], streamed: dict[int, str]
) -> Iterator[str]:
    fronts = [card["front"] for card in cards]
    if len(set(fronts)) != len(fronts) or len({card["id"] for card in cards}) != len(cards):
        yield f"{request.request_id} has duplicate cards: {fronts}"
    if not all(
        card["front"].startswith(f"{request.request_id} ") and card["back"] for card in cards
    ):
        yield f"{request.request_id} has cards of another request: {fronts}"
    if not (len(cards) == request.count or (request.is_partial and 0 < len(cards) < request.count)):
        yield (
            f"{request.request_id} requested {request.count} cards, has {len(cards)}, partial:"
            f" {request.is_partial}"
        )
    if any(index >= len(cards) or cards[index]["id"] != card for index, card in streamed.items()):
        yield f"{request.request_id} lost a streamed card"


def _row_violations(chaos: Chaos, rows: Rows) -> Iterator[str]:
    requested = {request_id for client in chaos.clients for request_id in client.requests}
    yield from (f"{request_id} was never requested" for request_id in rows.keys() - requested)
    for request_id, row in (
        (request_id, row) for request_id, own_rows in rows.items() for row in own_rows
    ):
        if row["status"] in OPEN_STATUSES:
            yield f"{request_id} is stuck: {row}"
        elif (
            row["attempts"] > MAX_ATTEMPTS
            or row["attempts"] != row["attempt_count"]
            or row["running"]
        ):
            yield f"{request_id} has inconsistent attempts: {row}"


def _process_violations(chaos: Chaos) -> Iterator[str]:
    yield from (f"{name} exited unexpectedly" for name in chaos.cluster.exited_services())
    if chaos.counts["unexpected exits"]:
        yield f"{chaos.counts['unexpected exits']} processes exited unexpectedly"
    for name, log in chaos.cluster.logs("web1", "web2", "worker", "beat").items():
        for exception in Counter(TRACEBACK.findall(log)):
            if not exception.startswith(CONNECTION_ERRORS):
                yield f"{name} logged a traceback: {exception}"


def _rows(cluster: Cluster) -> Rows:
    """Return the generations by topic, which equals the request ID.

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
