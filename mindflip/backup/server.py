"""The database that a backup is of: the server of DATABASE_URL, or the embedded one, which is started when it does not run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from mindflip.backup import BackupError
from mindflip.embedded import folder, places
from mindflip.embedded.postgres import postgres
from mindflip.embedded.service import CannotRun
from mindflip.embedded.supervisor import Supervisor


@contextmanager
def database_of(url: str, var: Path, is_embedded: bool) -> Iterator[str]:
    """The address of the database, for as long as the block runs. Raises BackupError."""
    if not is_embedded or _answers(url):
        yield url
        return
    try:
        with folder.only_run(var), _own_server(var) as own_url:  # no `make run` may begin meanwhile
            yield own_url
    except (CannotRun, OSError) as reason:
        raise BackupError(str(reason)) from None


@contextmanager
def _own_server(var: Path) -> Iterator[str]:
    service, url = postgres(var / "postgres", var / "log" / "postgres.log", places.free_port())
    supervisor = Supervisor(var, lambda line: None)  # so that the next run finds a server that was left
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
