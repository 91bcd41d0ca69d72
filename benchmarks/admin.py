"""Compare the admin's lists on a small and a large database.

A page must not become slower because there are more rows.

The measurement temporarily needs 20 GB of disk space, and half an hour on two idle cores, mostly to
create the rows. Set BENCHMARK_GENERATIONS=100000 to create only 100,000 generations, with a fifth
as many sessions.
"""

import os
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import django

GENERATIONS = int(os.environ.get("BENCHMARK_GENERATIONS", "5000000"))
SMALL, LARGE = (1_000, 5_000), (GENERATIONS // 5, GENERATIONS)
TIMES = 7
WRITTEN = 300
LISTS = "/admin/sessions_app/"


def lists_at_size() -> None:
    """Print the median time of each page in ms at both sizes, and the ratio.

    Also print how much is written for each generation, and the sizes of tables and indexes.
    """
    django.setup()
    print(f"\nadmin, {SMALL[1]:,} generations against {LARGE[1]:,}: ms, ms, ratio")
    few = _measured(*SMALL)
    many = _measured(*LARGE)
    for page, milliseconds in many.items():
        print(
            f"  {page:44}{few[page]:8.1f}{milliseconds:9.1f}   x{milliseconds / few[page]:.1f}",
            flush=True,
        )
    written_for_each_generation()
    sizes()


def _measured(sessions: int, generations: int) -> dict[str, float]:
    from django.utils import timezone

    from benchmarks.seeding.seed import Plan, missing, seed

    plan = Plan(sessions, generations, users=2_000, days=90, now=timezone.now())
    seed(
        plan,
        missing(plan),
        lambda progress: print(f"\r  {progress.generations:,} generations", end="", flush=True),
    )
    print()
    return pages_timed()


def pages_timed() -> dict[str, float]:
    """Return the median response time, in ms, of the pages that operators open most often."""
    operator = _operator()
    return {
        name: _milliseconds(lambda: operator.get(address))  # noqa: B023 - called immediately
        for name, address in _pages(operator).items()
    }


def _pages(operator: Any) -> dict[str, str]:
    from sessions_app.models import Generation

    generation = Generation.objects.filter(user__username="seeded-000001").first()
    sessions, generations = f"{LISTS}webllmsession/", f"{LISTS}generation/"
    deep = operator.get(
        generations, {"older": f"{generation.created_at.isoformat()}~{generation.pk}"}
    ).context_data["cl"]
    return {
        "sessions": sessions,
        "sessions of the busiest user": f"{sessions}?q=seeded-000001",
        "generations": generations,
        "generations, far down": generations + deep.older_url,
        "generations that failed": f"{generations}?status__exact=failed",
        "generations of the busiest user": f"{generations}?q=seeded-000001",
        "a generation by its id": f"{generations}?q={generation.pk}",
        "a word of many topics": f"{generations}?q=photosynthesis",
        "a word of no topic": f"{generations}?q=nowhere",
        "a session with its generations": f"{sessions}{generation.session_id}/change/",
        "totals for staff": "/api/webllm/stats",
    }


def written_for_each_generation() -> None:
    """Print how many bytes of write-ahead log one generation produces from start to end.

    This includes the cost of all indexes and does not depend on other load on the machine.
    """
    from benchmarks.stages import answer_text, ask_text, new_peer
    from sessions_app import handlers, protocol

    peer, before, begun = new_peer(), _log_position(), perf_counter()
    for number in range(WRITTEN):
        for message in (ask_text(number), answer_text(number)):
            handlers.handle(peer, protocol.decode(message))
    bytes_each, seconds = (_log_position() - before) / WRITTEN, (perf_counter() - begun) / WRITTEN
    print(f"  written for each generation: {bytes_each:,.0f} bytes of log, {seconds * 1000:.1f} ms")


def sizes() -> None:
    """Print the size of each table and index, in MiB and in bytes per row."""
    for table, index, rows, size in _query(
        """
        SELECT relname, '', n_live_tup, pg_table_size(relid) FROM pg_stat_user_tables
            WHERE relname LIKE 'sessions_app_%'
        UNION ALL SELECT i.relname, indexrelname, n_live_tup, pg_relation_size(indexrelid)
        FROM pg_stat_user_indexes AS i JOIN pg_stat_user_tables AS t USING (relid)
            WHERE i.relname LIKE 'sessions_app_%' ORDER BY 1, 2"""
    ):
        if rows > WRITTEN:
            print(f"  {index or table:44}{size / 2**20:8,.0f} MiB {size / rows:8.0f} bytes a row")


def _milliseconds(act: Callable[[], Any]) -> float:
    def once() -> float:
        begun = perf_counter()
        assert act().status_code == 200
        return (perf_counter() - begun) * 1000

    return median(once() for _ in range(TIMES))


def _operator() -> Any:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    from mindflip.embedded.static_files import collect

    collect(settings.DATA_DIR)  # the URLs of style sheets contain a hash of their content

    client = Client(HTTP_HOST="localhost")
    client.force_login(
        User.objects.filter(username="operator").first()
        or User.objects.create_superuser("operator")
    )
    return client


def _log_position() -> int:
    return int(_query("SELECT pg_current_wal_insert_lsn() - '0/0'")[0][0])


def _query(sql: str) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
