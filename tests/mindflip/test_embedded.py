"""The embedded PostgreSQL and Valkey servers, and the Procfile parser."""

import hashlib
import shlex
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import redis
from honcho.environ import parse_procfile

from mindflip.embedded.process import Service, StartupError
from mindflip.embedded.run import ROOT, read_procfile
from mindflip.embedded.servers import (
    UNSAFE_OPTIONS,
    free_port,
    postgres,
    remove_folder,
    remove_stale_lock,
    valkey,
)


@pytest.fixture
def started_services() -> Iterator[list[Service]]:
    """Yield a list for started services, and kill them at the end of the test."""
    services: list[Service] = []
    yield services
    for service in services:
        service.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder with a space and a quote in its name.

    If the tests run as root, an unprivileged user cannot enter it.
    """
    home = tmp_path / 'a "quoted" folder'
    home.mkdir()
    yield home
    remove_folder(home / "postgres")


def _start_postgres(
    folder: Path, started_services: list[Service], options: Sequence[str] = UNSAFE_OPTIONS
) -> str:
    service, url = postgres(folder / "postgres", folder / "postgres.log", free_port(), options)
    started_services.append(service)
    service.start()
    service.wait_until_ready()
    return url


def _start_valkey(folder: Path, started_services: list[Service]) -> str:
    service, url = valkey(folder / "valkey", folder / "valkey.log", free_port())
    started_services.append(service)
    service.start()
    service.wait_until_ready()
    return url


def test_postgresql_keeps_data_after_clean_stop_and_kill_9(
    folder: Path, started_services: list[Service]
) -> None:
    with psycopg.connect(
        _start_postgres(folder, started_services, options=()), autocommit=True
    ) as connection:
        connection.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('first')")
    started_services[-1].stop()
    assert "database system is shut down" in started_services[-1].log.read_text()

    with psycopg.connect(
        _start_postgres(folder, started_services, options=()), autocommit=True
    ) as connection:
        connection.execute("INSERT INTO kept VALUES ('second')")
    started_services[-1].kill()

    with psycopg.connect(_start_postgres(folder, started_services)) as connection:
        assert connection.execute("SELECT word FROM kept ORDER BY word").fetchall() == [
            ("first",),
            ("second",),
        ]


def test_postgresql_start_waits_for_processes_of_killed_server(
    folder: Path, started_services: list[Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    _start_postgres(folder, started_services)
    orphan = psutil.Process(started_services[-1].process.pid).children()[0]
    orphan.suspend()  # it cannot notice that the server is killed
    try:
        started_services[-1].kill()
        wait = psutil.wait_procs

        def resume_and_wait(processes: list[psutil.Process], timeout: float) -> Any:
            assert orphan in processes
            orphan.resume()
            return wait(processes, timeout)

        monkeypatch.setattr(psutil, "wait_procs", resume_and_wait)
        _start_postgres(folder, started_services)
    finally:
        with suppress(psutil.NoSuchProcess):
            orphan.resume()


def test_postgresql_rejects_wrong_password(folder: Path, started_services: list[Service]) -> None:
    url = _start_postgres(folder, started_services)
    password = psycopg.conninfo.conninfo_to_dict(url)["password"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(str(password), "guessed"))


def test_postgresql_data_of_other_major_version_is_rejected_and_unchanged(
    folder: Path, started_services: list[Service]
) -> None:
    with psycopg.connect(_start_postgres(folder, started_services)) as connection:
        connection.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('first')")
    started_services[-1].stop()
    version = folder / "postgres" / "data" / "PG_VERSION"
    own_version = version.read_text()
    version.write_text("9\n")
    before = _checksums(folder / "postgres")
    with pytest.raises(StartupError, match=r"were written by PostgreSQL 9, and this is \d+"):
        postgres(folder / "postgres", folder / "postgres.log", free_port())
    assert _checksums(folder / "postgres") == before

    version.write_text(own_version)
    with psycopg.connect(_start_postgres(folder, started_services)) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("first",)]


def _checksums(folder: Path) -> dict[str, str]:
    """Return the checksum of each file in a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_lock_file_with_process_id_of_other_program_is_deleted(tmp_path: Path) -> None:
    lock = tmp_path / "postmaster.pid"
    lock.write_text("1\n/somewhere\n")  # process 1 is not PostgreSQL
    remove_stale_lock(lock)
    assert not lock.exists()


def test_valkey_keeps_data_after_kill_9(folder: Path, started_services: list[Service]) -> None:
    with redis.Redis.from_url(_start_valkey(folder, started_services)) as client:
        client.set("kept", "yes")
    started_services[-1].kill()
    with redis.Redis.from_url(_start_valkey(folder, started_services)) as client:
        assert client.get("kept") == b"yes"


def test_valkey_rejects_connections_without_password(
    folder: Path, started_services: list[Service]
) -> None:
    url = _start_valkey(folder, started_services)
    with (
        pytest.raises(redis.AuthenticationError),
        redis.Redis.from_url("redis://" + url.partition("@")[2]) as client,
    ):
        client.ping()


def test_startup_error_contains_last_output_of_exited_service(tmp_path: Path) -> None:
    service = Service(
        "The clock",
        ["sh", "-c", "echo out of time; exit 3"],
        tmp_path / "clock.log",
        is_ready=lambda: False,
    )
    service.start()
    with pytest.raises(StartupError, match="The clock ended while starting: out of time"):
        service.wait_until_ready()


def test_service_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "stubborn.log"
    service = Service(
        "stubborn",
        ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"],
        log,
        lambda: "deaf" in log.read_text(),
    )
    service.start()
    service.wait_until_ready()
    service.stop(seconds=0.2)
    assert service.process is not None
    assert service.process.returncode == -signal.SIGKILL


def test_procfile_is_parsed_into_commands(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text("# web: comment\n\nempty:\nweb: python -m 'a b'\nbeat-2:python c:d\n")
    assert read_procfile(path) == {
        "web": ["python", "-m", "a b"],
        "beat-2": ["python", "c:d"],
    }


def test_procfile_parser_agrees_with_honcho() -> None:
    processes = parse_procfile((ROOT / "Procfile").read_text()).processes
    assert read_procfile(ROOT / "Procfile") == {
        name: shlex.split(command) for name, command in processes.items()
    }
