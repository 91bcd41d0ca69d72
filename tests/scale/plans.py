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
MAX_SORTED_ROWS = 200_000  # rows; more than a batch of a sweep
CHEAP_COST = 2_000  # the planner's units; a seventh of the cost of reading all sessions


def set_planner_statistics() -> None:
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
def rolled_back() -> Iterator[None]:
    """Roll back everything that is written in the block."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def expensive_statements(call: Callable[[], Any]) -> list[str]:
    """Return a line for each statement of `call` that reads or sorts too much of a large table."""
    statements: dict[str, Any] = {}

    def record(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.setdefault(sql, params)
        return execute(sql, params, many, context)

    with rolled_back(), connection.execute_wrapper(record):
        call()
    plans = {sql: _plan(sql, params) for sql, params in statements.items() if _is_plannable(sql)}
    return [
        f"{problem}: {sql[:2000]}"
        for sql, plan in plans.items()
        for problem in _plan_problems(plan, plan["Total Cost"])
    ]


def _is_plannable(sql: str) -> bool:
    return sql.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE", "WITH"}


def _plan(sql: str, params: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        return cursor.fetchone()[0][0]["Plan"]


def _plan_problems(node: dict[str, Any], total_cost: float) -> Iterator[str]:
    is_cut_short = total_cost < CHEAP_COST  # a LIMIT ends the scan early
    if "Seq Scan" in node["Node Type"] and node.get("Relation Name") in LARGE and not is_cut_short:
        yield f"reads all of {node['Relation Name']}"
    if "Sort" in node["Node Type"] and node["Plan Rows"] > MAX_SORTED_ROWS:
        yield f"sorts {node['Plan Rows']:,} rows"
    for inner in node.get("Plans", ()):
        yield from _plan_problems(inner, total_cost)
