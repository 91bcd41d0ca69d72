"""`manage.py run` serves, keeps data, recovers, and explains what prevents it from starting."""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from mindflip.embedded.run import ROOT
from mindflip.embedded.servers import free_port, remove_folder
from tests.helpers.processes import eventually
from tests.helpers.timeouts import TIMEOUT_SECONDS


class LocalRun:
    """A `manage.py run` with one data folder, which can be started repeatedly."""

    def __init__(self, var: Path) -> None:
        self.var, self.port = var, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.output = var.parent / f"{var.name}-output.txt"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output_text(self) -> str:
        return self.output.read_text()

    def start(self, **settings: str) -> None:
        with self.output.open("wb") as output:
            command = [sys.executable, str(ROOT / "manage.py"), "run"]
            self.process = subprocess.Popen(
                command, env=self.environment() | settings, stdout=output, stderr=subprocess.STDOUT
            )

    def environment(self) -> dict[str, str]:
        """Return the environment of a user who set only the folder and the port."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL", "MAKELEVEL"}
        }
        configured = {
            "MINDFLIP_DATA_DIR": str(self.var),
            "MINDFLIP_PORT": str(self.port),
            "MINDFLIP_REDIS_PREFIX": f"run-{self.var.name}",
        }
        return inherited | configured

    def start_and_wait(self, **settings: str) -> None:
        self.start(**settings)
        assert self.process is not None
        eventually(lambda: "is ready" in self.output_text or self.process.poll() is not None)
        assert "is ready" in self.output_text, self.output_text

    def services(self) -> dict[str, int]:
        """Return the process ID of each running service."""
        return {row["name"]: row["pid"] for row in json.loads((self.var / "run.json").read_text())}

    def send(self, number: signal.Signals) -> int:
        """Send a signal to the supervisor, wait for its end, and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(TIMEOUT_SECONDS)

    def wait_for_end(self) -> int:
        assert self.process is not None
        return self.process.wait(TIMEOUT_SECONDS)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[LocalRun]:
    with _local_run(tmp_path) as local:
        yield local


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """Yield a run that is already serving, for tests that do not stop it."""
    with _local_run(tmp_path_factory.mktemp("running")) as local:
        local.start_and_wait()
        yield local


@contextmanager
def _local_run(home: Path) -> Iterator[LocalRun]:
    """Yield a run whose data folder already contains a model and the collected static files.

    The folder has a space in its name.
    """
    var = home / f"a var {secrets.token_hex(4)}"
    (var / "models").mkdir(parents=True)
    (var / "models" / "SmolLM2-135M-Instruct.json").write_text("{}")
    (var / "static").symlink_to((Path(os.environ["MINDFLIP_DATA_DIR"]) / "static").resolve())
    local = LocalRun(var)
    try:
        yield local
    finally:
        if local.process is not None and local.process.poll() is None:
            local.send(signal.SIGTERM)
        for process in _processes_of(var):
            process.kill()
        remove_folder(var / "postgres")


def _processes_of(var: Path) -> list[psutil.Process]:
    """Return the processes that were started for this folder.

    They are recognized by their environment or their command.
    """
    processes = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and (
                process.environ().get("MINDFLIP_DATA_DIR") == str(var)
                or str(var) in " ".join(process.cmdline())
            ):
                processes.append(process)
        except psutil.Error:
            continue
    return processes


def test_run_keeps_data_after_kill_9_and_leaves_no_process_after_ctrl_c(
    run: LocalRun,
) -> None:
    run.start_and_wait()
    before = run.services()
    assert set(before) == {"PostgreSQL", "Valkey", "web", "worker", "beat"}
    admin = re.search(r"Admin: (\S+) +Password: (\S+)", run.output_text)
    assert admin, run.output_text
    run.send(signal.SIGKILL)
    assert psutil.pid_exists(before["web"]), "the services keep running"

    run.start_and_wait()
    assert "left over from a run that was killed" in run.output_text
    assert "Password" not in run.output_text, "an admin already exists"
    assert not set(before.values()) & set(run.services().values())
    assert _token_status(run, username=admin[1], password=admin[2]) == 200

    assert run.send(signal.SIGINT) == 0, run.output_text
    assert _processes_of(run.var) == []


def test_killed_services_are_restarted_and_reported(running: LocalRun) -> None:
    for name in ("web", "PostgreSQL", "Valkey"):
        os.kill(running.services()[name], signal.SIGKILL)
        eventually(lambda name=name: f"{name} ended" in running.output_text)
    eventually(lambda: _token_status(running, username="nobody", password="wrong") == 401)


def test_second_run_with_same_data_folder_is_rejected(running: LocalRun) -> None:
    second = LocalRun(running.var)
    second.output = running.var.parent / "second.txt"
    second.start()
    assert second.wait_for_end() == 1
    assert (
        f"MindFlip runs already on {running.var} (process {running.process.pid})"
        in second.output_text
    )
    assert "Traceback" not in second.output_text


def test_management_command_in_other_terminal_uses_servers_of_run(running: LocalRun) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--check"]
    completed = subprocess.run(
        command, env=running.environment(), capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stderr


def test_external_servers_are_used_instead_of_embedded_servers(run: LocalRun) -> None:
    run.start_and_wait(DATABASE_URL=os.environ["DATABASE_URL"], REDIS_URL=os.environ["REDIS_URL"])
    assert set(run.services()) == {"web", "worker", "beat"}
    assert not (run.var / "postgres").exists()


def test_variable_with_old_name_reaches_every_process_and_warns_once(
    run: LocalRun,
) -> None:
    external_servers = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    run.start_and_wait(MINDFLIP_BIN_DAYS="5", **external_servers)
    for pid in run.services().values():
        variables = psutil.Process(pid).environ()
        assert variables["MINDFLIP_TRASH_DAYS"] == "5"
        assert "MINDFLIP_BIN_DAYS" not in variables
    assert run.output_text.count("MINDFLIP_BIN_DAYS is now called MINDFLIP_TRASH_DAYS") == 1
    logs = [log.read_text() for log in (run.var / "log").glob("*.log")]
    assert logs
    assert [log for log in logs if "MINDFLIP_BIN_DAYS" in log] == []


def test_port_in_use_is_reported_without_traceback(run: LocalRun) -> None:
    with socket.create_server(("127.0.0.1", run.port)):
        run.start()
        assert run.wait_for_end() == 1
    assert f"Port {run.port} is taken: stop what listens there" in run.output_text
    assert "Traceback" not in run.output_text


def test_unwritable_data_folder_is_reported_without_traceback(
    run: LocalRun, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    run.start(MINDFLIP_DATA_DIR=str(tmp_path / "file" / "var"))
    assert run.wait_for_end() == 1
    assert "cannot be written (Not a directory)" in run.output_text
    assert "Traceback" not in run.output_text


@pytest.mark.parametrize(
    ("variable", "address", "message"),
    [
        (
            "DATABASE_URL",
            "postgresql://mindflip@127.0.0.1:{port}/mindflip",
            "The database at DATABASE_URL does not answer",
        ),
        ("REDIS_URL", "redis://127.0.0.1:{port}/0", "The server at REDIS_URL does not answer"),
    ],
)
def test_unreachable_external_server_is_reported_without_traceback(
    run: LocalRun, variable: str, address: str, message: str
) -> None:
    external_servers = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    run.start(**external_servers | {variable: address.format(port=free_port())})
    assert run.wait_for_end() == 1
    assert message in run.output_text
    assert "Traceback" not in run.output_text


def test_nearly_full_disk_is_reported_without_traceback(run: LocalRun, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        run.start(MINDFLIP_DATA_DIR=str(disk / "var"))
        assert run.wait_for_end() == 1
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert "MB are needed: make room" in run.output_text
    assert "Traceback" not in run.output_text


def _token_status(run: LocalRun, **credentials: str) -> int:
    """Return the status of a request for a token, or 0 if the server does not respond.

    The request needs the database and Redis.
    """
    try:
        return httpx.post(
            f"{run.url}/api/auth/token", json=credentials, timeout=TIMEOUT_SECONDS
        ).status_code
    except httpx.HTTPError:
        return 0
