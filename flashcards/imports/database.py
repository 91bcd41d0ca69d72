"""A SQLite file that somebody made, opened so that it can do nothing but be read, for a bounded time."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flashcards.imports.progress import Progress
from flashcards.imports.refusals import damaged

CELL_BYTES = 64 * 2**20  # a legacy collection keeps all note types in one cell
COLUMNS = 200
STEPS = 50_000  # of SQLite's machine, between two looks at the clock


@contextmanager
def opened_database(path: Path, progress: Progress) -> Iterator[sqlite3.Connection]:
    """Read-only; text that is no UTF-8 is read with signs in the place of its faults. Raises ImportRefused for what SQLite says."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        _bind(connection, progress)
        yield connection
    except (sqlite3.Error, OverflowError, MemoryError) as error:
        progress.check()  # an interrupted query is over time, not damaged
        raise damaged("holds a database that is damaged or not Anki's") from error
    finally:
        connection.close()


def tables(connection: sqlite3.Connection) -> set[str]:
    """Names of real tables: a view could compute without end."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return {str(name) for name, sql in rows if str(sql).upper().startswith("CREATE TABLE")}


def need_tables(connection: sqlite3.Connection, *names: str) -> None:
    """Raises ImportRefused when one is missing."""
    if not set(names) <= tables(connection):
        raise damaged("holds a collection without notes or cards")


def one_value(connection: sqlite3.Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    if row is None:
        raise damaged("holds an empty collection")
    return row[0]


def _bind(connection: sqlite3.Connection, progress: Progress) -> None:
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, CELL_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, COLUMNS)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_progress_handler(progress.is_over, STEPS)
    connection.create_collation("unicase", _unicase)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")


def _unicase(one: str, other: str) -> int:
    """Anki's own order of names, which its indexes are made with."""
    return (one.casefold() > other.casefold()) - (one.casefold() < other.casefold())
