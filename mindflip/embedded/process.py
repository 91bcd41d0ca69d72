"""A process that we start, wait for and stop: a server, daphne, the worker or beat."""

import os
import pwd
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

READY_SECONDS = 60.0
SILENCE, LAST_BYTES = "it said nothing.", 4096
STOP_SECONDS = 30.0  # daphne takes up to MINDFLIP_SHUTDOWN_TIMEOUT, 20 by default
NOTHING = "no reason given"


class StartupError(Exception):
    """An error that prevents or ends a run, with a message that explains how to fix it."""


class StopRequested(StartupError):
    """An exception that ends the startup because the user stopped the run."""


@dataclass
class Service:
    """A process that runs in its own process session.

    Ctrl-C in the terminal therefore reaches only the process that started it, such as the
    supervisor, which then stops all services in order.

    - `is_ready` is polled after the start until it returns true.
    - `stop_signal` is the signal that makes this program stop cleanly.
    - `user` is the user that runs the process. It can be set only if we run as root.
    """

    name: str
    command: list[str]
    log: Path
    is_ready: Callable[[], bool] = lambda: True
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    cwd: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process without waiting for it, and append its output to `log`."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.cwd,
                env=dict(self.environment),
                user=self.user,
                group=pwd.getpwnam(self.user).pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_until_ready(
        self, seconds: float = READY_SECONDS, stop_requested: threading.Event | None = None
    ) -> None:
        """Wait until the process is ready.

        Raise StartupError if the process exits or is not ready after `seconds`. Raise StopRequested
        if `stop_requested` is set.
        """
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if stop_requested is not None and stop_requested.is_set():
                raise StopRequested
            if not self.is_running:
                raise StartupError(
                    f"{self.name} ended while starting: {self.last_log_line()} The whole story is"
                    f" in {self.log}."
                )
            if time.monotonic() > deadline:
                raise StartupError(
                    f"{self.name} did not answer within {seconds:.0f} seconds; see {self.log}."
                )
            time.sleep(0.05)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Stop the process cleanly, and kill whatever is left in its process group.

        If the process is still running after `seconds`, it is killed too.
        """
        if self.process is None:
            return
        if self.is_running:
            self.process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """Kill the process and its children immediately."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_log_line(self) -> str:
        """Return the last line of the log, or a placeholder if the log is missing or empty.

        Only the last LAST_BYTES of the log are read.
        """
        if not self.log.exists():
            return SILENCE
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - LAST_BYTES))
            return last_line(log.read().decode(errors="replace"), SILENCE)


def first_line(output: object, default: str = NOTHING) -> str:
    """Return the first line of a program's output or an error, or `default` if it is empty."""
    return _lines(output, default)[0]


def last_line(output: object, default: str = NOTHING) -> str:
    """Return the last line of a program's output or an error, or `default` if it is empty."""
    return _lines(output, default)[-1].strip()


def _lines(output: object, default: str) -> list[str]:
    return str(output).strip().splitlines() or [default]
