"""A supervisor that starts services in order, restarts them, and stops them in reverse order.

See docs/decisions/supervision.md.

The state file `var/run.json` lists the services in the order of their start. If a supervisor is
killed, the next run finds its processes in this file and stops them.
"""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from .process import Service, StartupError, StopRequested

MAX_RESTART_DELAY = 60.0
STABLE_SECONDS = 60.0  # a service that ran for longer is restarted without a pause
POLL_SECONDS = 0.5
TIMEOUT_SECONDS = 15.0
CLOCK_SECONDS = 2.0  # tolerance, because the clock may have been adjusted


class Supervisor:
    """A supervisor of services.

    `write_line` shows a line to the user. The running services are saved in `var` (see
    `save_state`).
    """

    def __init__(self, var: Path, write_line: Callable[[str], None]) -> None:
        self.var = var
        self.write_line = write_line
        self.services: list[Service] = []
        self.stop_requested = threading.Event()
        self._restarts: dict[str, Restart] = {}
        self._parent = os.getppid() if os.environ.get("MAKELEVEL") else None

    def install_signal_handlers(self) -> None:
        """Stop in an orderly way on Ctrl-C, on SIGTERM and when the terminal is closed."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stop_requested.set())

    def start(self, service: Service) -> None:
        """Start `service` and wait until it is ready.

        Raise StartupError if it fails, or its subclass StopRequested if the user stops the run.
        """
        self.services.append(service)
        service.start()
        save_state(self.var, self.services)
        service.wait_until_ready(stop_requested=self.stop_requested)

    def run_to_end(self, service: Service) -> None:
        """Run a step that exits on its own, and wait for it.

        Raise StartupError if it fails, or its subclass StopRequested if the user stops the run.
        """
        service.start()
        while service.is_running:
            if self.stop_requested.wait(0.05):
                service.stop()
                raise StopRequested
        if service.process is not None and service.process.returncode:
            raise StartupError(
                f"{service.name} failed: {service.last_log_line()} The whole story is in"
                f" {service.log}."
            )

    def watch(self) -> None:
        """Restart services that exit, until the user stops the run.

        The pauses grow if a service keeps exiting. Also return if the `make` that started this
        process is killed.
        """
        while not self.stop_requested.wait(POLL_SECONDS):
            for service in self.services:
                if not service.is_running:
                    self._restart(service)
            if self._parent not in (None, os.getppid()):
                self.write_line("The `make` that started this was killed: stopping.")
                return

    def _restart(self, service: Service) -> None:
        restart = self._restarts.setdefault(service.name, Restart())
        if restart.due_at is None:
            pause = restart.plan()
            self.write_line(
                f"{service.name} ended: {service.last_log_line()} Starting it again in {pause:.0f}"
                f" s; see {service.log}."
            )
        elif time.monotonic() >= restart.due_at:
            restart.record_start()
            service.kill()  # the exited process may have left children
            service.start()
            save_state(self.var, self.services)

    def stop(self) -> None:
        """Stop all services in the reverse order of their start."""
        for service in reversed(self.services):
            service.stop()
        delete_state(self.var)


class Restart:
    """The schedule for restarting a service.

    The first restart is immediate. If the service keeps exiting, the next restarts follow after 1,
    2, 4, … seconds, up to MAX_RESTART_DELAY.
    """

    def __init__(self) -> None:
        self.pause = 0.0
        self.started_at = float("-inf")
        self.due_at: float | None = None

    def plan(self) -> float:
        """Schedule the next start, and return the pause before it in seconds."""
        was_steady = time.monotonic() - self.started_at > STABLE_SECONDS
        self.pause = 0.0 if was_steady else min(max(1.0, self.pause * 2), MAX_RESTART_DELAY)
        self.due_at = time.monotonic() + self.pause
        return self.pause

    def record_start(self) -> None:
        self.started_at = time.monotonic()
        self.due_at = None


def save_state(var: Path, services: Iterable[Service]) -> None:
    """Save the running services with the creation times of their processes.

    The times are needed because the system reuses process IDs.
    """
    rows = [
        {
            "name": service.name,
            "pid": service.process.pid,
            "made": made,
            "signal": int(service.stop_signal),
        }
        for service in services
        if service.process is not None and (made := _created_at(service.process.pid)) is not None
    ]
    half = var / "run.json.new"
    half.write_text(json.dumps(rows, indent=1))
    half.replace(var / "run.json")


def delete_state(var: Path) -> None:
    (var / "run.json").unlink(missing_ok=True)


def stop_stale_processes(var: Path) -> list[str]:
    """Stop the processes that an earlier run left, and return the names of those that were running.

    They are stopped in the reverse order of their start.
    """
    try:
        rows = json.loads((var / "run.json").read_text())
    except (OSError, ValueError):
        return []
    running = [
        row
        for row in reversed(rows)
        if (made := _created_at(row["pid"])) is not None and abs(made - row["made"]) < CLOCK_SECONDS
    ]
    for row in running:
        _stop(row["pid"], row["signal"])
    delete_state(var)
    return [row["name"] for row in running]


def _created_at(pid: int) -> float | None:
    """Return when the process was created, or None if it has exited or is a zombie."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return float(process.create_time())
    return None


def _stop(pid: int, stop_signal: int) -> None:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        processes = [process, *process.children(recursive=True)]
        process.send_signal(signal.Signals(stop_signal))
        _wait(processes, TIMEOUT_SECONDS)
        for stubborn in (each for each in processes if each.is_running()):
            stubborn.kill()
        _wait(processes, TIMEOUT_SECONDS)


def _wait(processes: list[psutil.Process], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(_created_at(each.pid) for each in processes) and time.monotonic() < deadline:
        time.sleep(0.05)
