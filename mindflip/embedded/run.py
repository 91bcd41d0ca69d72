"""The steps of the one-command run.

It starts the processes of the Procfile, which is the only place that defines their commands. Before
the start, it makes sure that the var folder exists, is writable, has enough free space and is not
used by another run.
"""

import fcntl
import http.client
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from . import local_model, state
from .process import Service, StartupError, StopRequested, last_line
from .servers import free_port, is_free, postgres, valkey
from .supervisor import Supervisor, stop_stale_processes

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ("web", "worker", "beat")
MIN_FREE_MB = 300
MAX_LOG_BYTES = 5_000_000
TIMEOUT_SECONDS = 2.0
STOPPING_SECONDS = 40.0


def read_procfile(path: Path) -> dict[str, list[str]]:
    """Return the commands of a Procfile by name, each as its arguments."""
    lines = re.findall(r"^([A-Za-z0-9_-]+):[ \t]*(.+)$", path.read_text(), re.MULTILINE)
    return {name: shlex.split(command) for name, command in lines}


def program(
    name: str, log: Path, environment: Mapping[str, str], bind: str = "127.0.0.1", port: int = 0
) -> Service:
    """Return the Procfile's process `name`, run with this Python.

    The process `web` is ready when it responds at `bind` and `port`. The others count as ready
    immediately.
    """
    _, *arguments = read_procfile(ROOT / "Procfile")[name]
    service = Service(
        name,
        [sys.executable, *arguments],  # not the "python" in PATH
        log,
        cwd=ROOT,
        environment=os.environ | environment | {"PYTHONUNBUFFERED": "1"},
    )
    if name == "web":
        service.is_ready = lambda: _answers(bind, port)
    return service


def _answers(bind: str, port: int) -> bool:
    """Return whether an HTTP server responds at `bind` and `port`, with any status."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104
    with closing(http.client.HTTPConnection(host, port, timeout=5)) as connection:
        try:
            connection.request("HEAD", "/", headers={"Host": f"localhost:{port}"})
            return bool(connection.getresponse().status)
        except (OSError, http.client.HTTPException):
            return False


def prepare(var: Path) -> None:
    """Create the folder, and rotate large logs in it.

    Raise StartupError if the folder is not writable or its disk is nearly full.
    """
    try:
        (var / "log").mkdir(parents=True, exist_ok=True)
        probe = var / "log" / ".writable"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        what = f"The folder {var} cannot be written ({error.strerror})"
        raise StartupError(
            f"{what}: give it to this user, or set MINDFLIP_DATA_DIR to another."
        ) from None
    free = shutil.disk_usage(var).free // 1_000_000
    if free < MIN_FREE_MB:
        what = f"The disk of {var} has {free} MB left and {MIN_FREE_MB} MB are needed"
        raise StartupError(
            f"{what}: make room, or set MINDFLIP_DATA_DIR to a folder on another disk."
        )
    for log in (var / "log").glob("*.log"):
        if log.stat().st_size > MAX_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))


@contextmanager
def lock_data_dir(var: Path) -> Iterator[Callable[[], None]]:
    """Lock the folder for this process.

    Call the yielded function before stopping, so that the next run waits longer for the lock. Raise
    StartupError if another run holds the lock.
    """
    with (var / "run.lock").open("a+") as lock:
        _take(lock.fileno(), var)

        def write_state(what: str) -> None:
            lock.truncate(0)
            lock.write(f"{os.getpid()} {what}")
            lock.flush()

        write_state("running")
        yield lambda: write_state("stopping")


def _take(lock: int, var: Path) -> None:
    began = time.monotonic()
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, _, what = (var / "run.lock").read_text().partition(" ")
        if time.monotonic() - began > (STOPPING_SECONDS if what == "stopping" else TIMEOUT_SECONDS):
            raise StartupError(
                f"MindFlip runs already on {var} (process {pid}): stop it with Ctrl-C or `kill"
                f" {pid}`, or set MINDFLIP_DATA_DIR."
            )
        time.sleep(0.1)


class Run:
    """A run of all processes on this machine, with their data in `var`.

    `write_line` shows a line to the user.
    """

    def __init__(self, var: Path, bind: str, port: int, write_line: Callable[[str], None]) -> None:
        self.var, self.bind, self.port, self.write_line = var, bind, port, write_line
        self.supervisor = Supervisor(var, write_line)
        self.environment: dict[str, str] = {"MINDFLIP_DATA_DIR": str(var)}

    def run_forever(self) -> None:
        """Start everything, and run until the user stops it.

        If the start fails, stop everything and raise StartupError.
        """
        prepare(self.var)
        with lock_data_dir(self.var) as announce_stop:
            self.supervisor.install_signal_handlers()
            try:
                self._start()
                self.supervisor.watch()
            except StopRequested:
                pass
            finally:
                announce_stop()
                self._stop()

    def _stop(self) -> None:
        if self.supervisor.services:
            self.write_line("Stopping ...")
            self.supervisor.stop()
            self.write_line("Stopped. Your data are kept.")

    def _start(self) -> None:
        for name in stop_stale_processes(self.var):
            self.write_line(f"Stopped {name}, left over from a run that was killed.")
        self._check_port_free()
        self._fetch_model()
        self._start_servers()
        self.write_line("Preparing the database and the pages ...")
        self.supervisor.run_to_end(program("release", self._log("release"), self.environment))
        self._show_first_admin()
        for name in PROGRAMS:
            self.supervisor.start(
                program(name, self._log(name), self.environment, self.bind, self.port)
            )
        is_local = self.bind in {"127.0.0.1", "0.0.0.0", "::", "::1"}  # noqa: S104
        self.write_line(
            f"MindFlip is ready: http://{'localhost' if is_local else self.bind}:{self.port}  "
            f" (logs: {self.var / 'log'}; Ctrl-C stops it)"
        )

    def _log(self, name: str) -> Path:
        return self.var / "log" / f"{name}.log"

    def _check_port_free(self) -> None:
        if not is_free(self.port, self.bind):
            raise StartupError(
                f"Port {self.port} is taken: stop what listens there, or start with another, as in"
                " MINDFLIP_PORT=3001."
            )

    def _fetch_model(self) -> None:
        """Fetch the local model if it is missing.

        A failure is only reported, because models from the internet can still be used.
        """
        if local_model.is_fetched(
            Path(os.environ.get("MINDFLIP_MODELS_DIR") or self.var / "models")
        ):
            return
        step = Service(
            "fetch_model",
            self._manage("fetch_model"),
            self._log("fetch_model"),
            cwd=ROOT,
            environment=self._variables(),
        )
        self.write_line("Fetching the local model (98 MB, once) ...")
        try:
            self.supervisor.run_to_end(step)
        except StopRequested:
            raise
        except StartupError as reason:
            self.write_line(f"Going on without the local model: {reason}")

    def _start_servers(self) -> None:
        """Start PostgreSQL and Valkey, unless the environment names other servers.

        They use the same ports as last time if these are free.
        """
        last = state.addresses(self.var)
        database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
        if not database_url:
            server, database_url = postgres(
                self.var / "postgres", self._log("postgres"), _free(last.database_url)
            )
            self._start_server(server)
        if not redis_url:
            server, redis_url = valkey(
                self.var / "valkey", self._log("valkey"), _free(last.redis_url)
            )
            self._start_server(server)
        self.environment |= {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
        state.write_addresses(self.var, state.Addresses(database_url, redis_url))

    def _start_server(self, server: Service) -> None:
        self.write_line(f"Starting {server.name} ...")
        self.supervisor.start(server)

    def _show_first_admin(self) -> None:
        made = subprocess.run(
            self._manage("first_admin"),
            cwd=ROOT,
            env=self._variables(),
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise StartupError(f"The first admin could not be made: {last_line(made.stderr)}")
        if made.stdout.strip():
            self.write_line(made.stdout.strip())

    def _manage(self, command: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), command]

    def _variables(self) -> dict[str, str]:
        return os.environ | self.environment


def _free(last_url: str) -> int:
    """Return the port of `last_url` if an earlier run chose it and it is free, or else a free port.

    A port that the user has noted therefore usually stays valid.
    """
    port = urlsplit(last_url).port or 0
    return port if port not in {0, 5432, 6379} and is_free(port) else free_port()
