"""One process that we start, wait for and stop: a server, daphne, the worker, beat."""

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
STOP_SECONDS = 30.0  # a server takes MINDFLIP_SHUTDOWN_TIMEOUT at most, by default 20
NOTHING = "no reason given"


class StartupError(Exception):
    """Why a run cannot start or go on: one sentence for the person in front of it, saying what to
    do.
    """


class StopRequested(StartupError):
    """Somebody asked to stop while we were starting."""


@dataclass
class Service:
    """A process of its own session, so that Ctrl-C in the terminal reaches only who started it, who
    then stops all in order.

    `is_ready` is asked until it is true; `stop_signal` is the one that ends this program cleanly;
    `user` is set as root only.
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
        """Start the process without waiting for it. Its output is appended to `log`."""
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
        """Return when the process answers.

        Raises StartupError when it ended or took longer than `seconds`, and StopRequested.
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
        """End the process cleanly, then by force after `seconds`, and whatever it left in its
        session.
        """
        if self.process is None:
            return
        if self.is_running:
            self.process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End the process and its children at once."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_log_line(self) -> str:
        """The last line the process wrote, or a stand-in. A log may be long: its end is enough."""
        if not self.log.exists():
            return SILENCE
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - LAST_BYTES))
            return last_line(log.read().decode(errors="replace"), SILENCE)


# What a program or an error said, cut down to the line that tells a person why:


def first_line(output: object, default: str = NOTHING) -> str:
    """The first line, or `default` when nothing was said."""
    return _lines(output, default)[0]


def last_line(output: object, default: str = NOTHING) -> str:
    """The last line, or `default` when nothing was said."""
    return _lines(output, default)[-1].strip()


def _lines(output: object, default: str) -> list[str]:
    return str(output).strip().splitlines() or [default]
