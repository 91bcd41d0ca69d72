"""What is in a database: its tables with their numbers of rows, and the migrations that made them."""

from dataclasses import dataclass
from typing import Any

import psycopg
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

TABLES = """SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"""
Migration = tuple[str, str]


@dataclass(frozen=True)
class Contents:
    """`schema` is the one that unqualified names are looked up in; `server_version` as 18."""

    schema: str
    server_version: int
    tables: dict[str, int]
    migrations: list[Migration]

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def contents(connection: psycopg.Connection[Any]) -> Contents:
    """As the connection's transaction sees it."""
    names = [name for (name,) in connection.execute(TABLES).fetchall()]
    (schema,) = connection.execute("SELECT current_schema()").fetchone() or ("public",)
    counts = {name: _count(connection, name) for name in names}
    return Contents(schema, connection.info.server_version // 10_000, counts, _migrations(connection, names))


def known_migrations() -> set[Migration]:
    """Those of this version of MindFlip and of the libraries that it runs with."""
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    (count,) = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone() or (0,)
    return int(count)


def _migrations(connection: psycopg.Connection[Any], tables: list[str]) -> list[Migration]:
    if "django_migrations" not in tables:
        return []
    return [(app, name) for app, name in connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()]
