"""The plans that PostgreSQL would choose for statements if the tables had their maximum size."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

LARGE = {
    "sessions_app_webllmsession": 1_000_000,
    "sessions_app_generation": 5_000_000,
    "sessions_app_attempt": 6_000_000,
}
SORTED_MOST = 200_000  # rows; more than a batch of a sweep
CHEAP = 2_000  # the planner's units; a seventh of the cost of reading all sessions


def tell_the_planner() -> None:
    """Make the planner believe that the tables in LARGE have that many rows.

    The distributions of values are those of the actual rows.
    """
    with connection.cursor() as cursor:
        for table, rows in LARGE.items():
            cursor.execute(
                "SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', %s,"
                " 'reltuples', %s::real)",
                [table, rows],
            )


@contextmanager
def undone() -> Iterator[None]:
    """Undo everything that is written in the block."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def faults_of(act: Callable[[], Any]) -> list[str]:
    """Return one line for each statement of `act` that reads or sorts too much of a large table."""
    made: dict[str, Any] = {}

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        made.setdefault(sql, params)
        return execute(sql, params, many, context)

    with undone(), connection.execute_wrapper(note):
        act()
    plans = {sql: _plan(sql, params) for sql, params in made.items() if _is_plannable(sql)}
    return [
        f"{fault}: {sql[:2000]}"
        for sql, plan in plans.items()
        for fault in _faults(plan, plan["Total Cost"])
    ]


def _is_plannable(sql: str) -> bool:
    return sql.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE", "WITH"}


def _plan(sql: str, params: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        return cursor.fetchone()[0][0]["Plan"]


def _faults(node: dict[str, Any], whole_cost: float) -> Iterator[str]:
    is_cut_short = whole_cost < CHEAP  # a LIMIT ends the scan early
    if "Seq Scan" in node["Node Type"] and node.get("Relation Name") in LARGE and not is_cut_short:
        yield f"reads all of {node['Relation Name']}"
    if "Sort" in node["Node Type"] and node["Plan Rows"] > SORTED_MOST:
        yield f"sorts {node['Plan Rows']:,} rows"
    for inner in node.get("Plans", ()):
        yield from _faults(inner, whole_cost)
