"""Keeps services running: starts them in order, restarts what ends, stops all in reverse order.

See docs/decisions/supervision.md.

What a killed supervisor leaves running is found by its state file and stopped: `var/run.json` says
who was started, in order.
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
STABLE_SECONDS = 60.0  # who ran for so long starts again without a pause
POLL_SECONDS = 0.5
TIMEOUT_SECONDS = 15.0
CLOCK_SECONDS = 2.0  # the clock may have been set meanwhile


class Supervisor:
    """`write_line` shows one line to the person in front of it.

    Services are remembered in `var`, see `save_state`.
    """

    def __init__(self, var: Path, write_line: Callable[[str], None]) -> None:
        self.var = var
        self.write_line = write_line
        self.services: list[Service] = []
        self.stop_requested = threading.Event()
        self._restarts: dict[str, Restart] = {}
        self._parent = os.getppid() if os.environ.get("MAKELEVEL") else None

    def install_signal_handlers(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal ask for an orderly end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stop_requested.set())

    def start(self, service: Service) -> None:
        """Start `service` and wait until it answers.

        Raises StartupError, also when asked to stop meanwhile.
        """
        self.services.append(service)
        service.start()
        save_state(self.var, self.services)
        service.wait_until_ready(stop_requested=self.stop_requested)

    def run_to_end(self, service: Service) -> None:
        """Run a step that ends by itself.

        Raises StartupError when it fails, also when asked to stop meanwhile.
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
        """Return when asked to stop; until then start again what ended, later and later when it
        keeps ending.
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
            service.kill()  # children it may have left
            service.start()
            save_state(self.var, self.services)

    def stop(self) -> None:
        """Stop all, the last started first."""
        for service in reversed(self.services):
            service.stop()
        delete_state(self.var)


class Restart:
    """When a service that ended is started again: at once, then after 1, 2, 4 … seconds, as long as
    it keeps ending.
    """

    def __init__(self) -> None:
        self.pause = 0.0
        self.started_at = float("-inf")
        self.due_at: float | None = None

    def plan(self) -> float:
        """The seconds to wait, from now, before the next start."""
        was_steady = time.monotonic() - self.started_at > STABLE_SECONDS
        self.pause = 0.0 if was_steady else min(max(1.0, self.pause * 2), MAX_RESTART_DELAY)
        self.due_at = time.monotonic() + self.pause
        return self.pause

    def record_start(self) -> None:
        self.started_at = time.monotonic()
        self.due_at = None


def save_state(var: Path, services: Iterable[Service]) -> None:
    """Write down the running services, each with the time its process was made, because process ids
    are used again.
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
    """Stop what a former run left, the last started first; returns the names of what was found
    alive.
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
    """When the process was made; None when it is gone, or only waits for its parent to notice."""
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
