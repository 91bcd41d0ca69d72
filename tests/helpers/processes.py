"""Real daphne, worker and beat processes, for browser tests and fault tests.

Each set has its own database, Redis keys and files.

    with running_server(worker=True, MINDFLIP_SESSION_IDLE_SECONDS="2") as server:
        server.get("/")

A test may kill and restart any process: `server.web.kill()`, `server.start(server.web)`. All of
them end with the block.
"""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import psycopg
from psycopg import sql

from mindflip.embedded.process import Service
from mindflip.embedded.run import ROOT, program
from mindflip.embedded.servers import free_port
from tests.helpers.timeouts import TIMEOUT_SECONDS

T = TypeVar("T")
RATES_FOR_ONE_ADDRESS = {
    "MINDFLIP_REGISTER_RATE": "1000/hour",
    "MINDFLIP_TOKEN_RATE": "1000/minute",
    "MINDFLIP_SIGN_IN_RATE": "1000/minute",
}
"""Rates for a server that receives all requests from one address."""
TEMPLATE = "mindflip_template"
TEMPLATE_LOCK = 4_711


@dataclass
class RunningServer:
    """A daphne at `url`, with its worker, beat, database and files."""

    port: int
    folder: Path
    environment: dict[str, str]
    services: list[Service] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return self.environment["DATABASE_URL"]

    @property
    def web(self) -> Service:
        return self._service("web")

    @property
    def worker(self) -> Service:
        return self._service("worker")

    @property
    def beat(self) -> Service:
        return self._service("beat")

    def client(self, **options: Any) -> httpx.Client:
        """Return a client of this server, with options of `httpx.Client`."""
        return httpx.Client(base_url=self.url, timeout=TIMEOUT_SECONDS, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=TIMEOUT_SECONDS, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return httpx.post(self.url + path, timeout=TIMEOUT_SECONDS, **options)

    def _service(self, name: str) -> Service:
        return next(service for service in self.services if service.name == name)

    def start(self, service: Service) -> None:
        """Start or restart the service, and wait until it responds."""
        service.start()
        service.wait_until_ready()

    def log(self, name: str = "web") -> str:
        """Return everything that the process has written so far."""
        return self._service(name).log.read_text(errors="replace")

    def manage(self, *arguments: str) -> str:
        """Run a management command with the server's settings and return its output."""
        return _manage(os.environ | self.environment, *arguments)

    def stop(self) -> None:
        for service in reversed(self.services):
            service.stop()


@contextmanager
def running_server(
    folder: Path,
    *,
    worker: bool = False,
    beat: bool = False,
    prepare: Callable[[RunningServer], None] = lambda server: None,
    **settings: str,
) -> Iterator[RunningServer]:
    """Start daphne, and the worker and beat if requested, after `prepare` has returned.

    Files are in `folder` (for example tmp_path), and `settings` are added to the environment.
    """
    name = f"mindflip_{secrets.token_hex(6)}"
    port = free_port()
    with _temporary_database(name) as database_url:
        environment = {
            "DATABASE_URL": database_url,
            "MINDFLIP_REDIS_PREFIX": name,
            "MINDFLIP_DATA_DIR": str(folder),
            "MINDFLIP_PORT": str(port),
        }
        server = RunningServer(port, folder, environment | settings)
        (folder / "static").symlink_to((Path(os.environ["MINDFLIP_DATA_DIR"]) / "static").resolve())
        names = ["web", *(["worker"] if worker else []), *(["beat"] if beat else [])]
        server.services = [
            program(
                service_name, folder / "log" / f"{service_name}.log", server.environment, port=port
            )
            for service_name in names
        ]
        try:
            prepare(server)
            for service in server.services:
                server.start(service)
            yield server
        finally:
            server.stop()


def eventually(
    condition: Callable[[], T], seconds: float = TIMEOUT_SECONDS, every: float = 0.05
) -> T:
    """Return the first true result of `condition`; fail the test after `seconds` without one."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, (
            f"The condition is not true after {seconds:.0f} s: {result!r}"
        )
        time.sleep(every)
    return result


@contextmanager
def _temporary_database(name: str) -> Iterator[str]:
    """Create a migrated database and drop it at the end.

    It is copied from a template that is migrated once for all tests of this run.
    """
    server_url = os.environ["DATABASE_URL"]
    with _connect_for_maintenance(server_url) as connection:
        _create_template(connection, server_url)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(_template_name())
            )
        )
    try:
        yield _url_of(server_url, name)
    finally:
        with _connect_for_maintenance(server_url) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _connect_for_maintenance(url: str) -> psycopg.Connection:
    return psycopg.connect(_url_of(url, "postgres"), autocommit=True)


def _url_of(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def _template_name() -> str:
    """Return the run's template database.

    Each run has its own, so that a server used by several runs never provides an old schema.
    """
    return f"{TEMPLATE}_{os.environ.get('PYTEST_XDIST_TESTRUNUID', str(os.getpid()))}"[:60]


def _create_template(connection: psycopg.Connection, server_url: str) -> None:
    """Create the template if it does not exist.

    The lock makes other test workers wait. It is released when the connection is closed.
    """
    connection.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
    if connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", [_template_name()]
    ).fetchone():
        return
    incomplete = f"{_template_name()}_half"
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(incomplete))
    )
    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(incomplete)))
    _manage(
        os.environ | {"DATABASE_URL": _url_of(server_url, incomplete)}, "migrate", "--verbosity=0"
    )
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(incomplete), sql.Identifier(_template_name())
        )
    )


def _manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    run = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, (
        f"manage.py {' '.join(arguments)} failed:\n{run.stdout}\n{run.stderr}"
    )
    return run.stdout
