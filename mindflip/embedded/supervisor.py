"""Keeps services running: starts them in order, restarts what ends, stops all in reverse order. See docs/decisions/supervision.md."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from . import leftovers
from .service import CannotRun, Service

LONGEST_PAUSE = 60.0
STEADY_SECONDS = 60.0  # who ran for so long starts again without a pause
LOOK_SECONDS = 0.5


class Supervisor:
    """`say` shows one line to the person in front of it. Services are remembered in `var`, see leftovers."""

    def __init__(self, var: Path, say: Callable[[str], None]) -> None:
        self.var = var
        self.say = say
        self.services: list[Service] = []
        self.asked_to_stop = threading.Event()
        self._restarts: dict[str, Restart] = {}
        self._parent = os.getppid() if os.environ.get("MAKELEVEL") else None

    def heed_signals(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal ask for an orderly end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop.set()

    def start(self, service: Service) -> None:
        """Start `service` and wait until it answers. Raises CannotRun, also when asked to stop meanwhile."""
        self.services.append(service)
        service.start()
        leftovers.remember(self.var, self.services)
        answers = service.answers
        service.answers = lambda: answers() or self._refuse_when_asked_to_stop()
        try:
            service.wait_until_it_answers()
        finally:
            service.answers = answers

    def run_to_end(self, service: Service) -> None:
        """Run a step that ends by itself. Raises CannotRun when it fails, also when asked to stop meanwhile."""
        service.start()
        while service.is_running:
            if self.asked_to_stop.wait(0.05):
                service.stop()
                raise Stopped
        if service.process is not None and service.process.returncode:
            raise CannotRun(f"{service.name} failed: {service.last_words()} The whole story is in {service.log}.")

    def _refuse_when_asked_to_stop(self) -> bool:
        if self.asked_to_stop.is_set():
            raise Stopped
        return False

    def watch(self) -> None:
        """Return when asked to stop; until then start again what ended, later and later when it keeps ending."""
        while not self.asked_to_stop.wait(LOOK_SECONDS):
            for service in self.services:
                if not service.is_running:
                    self._revive(service)
            if self._parent not in (None, os.getppid()):
                self.say("The `make` that started this was killed: stopping.")
                return

    def _revive(self, service: Service) -> None:
        restart = self._restarts.setdefault(service.name, Restart())
        if restart.due_at is None:
            pause = restart.plan()
            self.say(f"{service.name} ended: {service.last_words()} Starting it again in {pause:.0f} s; see {service.log}.")
        elif time.monotonic() >= restart.due_at:
            restart.done()
            service.kill()  # children it may have left
            service.start()
            leftovers.remember(self.var, self.services)

    def stop(self) -> None:
        """Stop all, the last started first."""
        for service in reversed(self.services):
            service.stop()
        leftovers.forget(self.var)


class Stopped(CannotRun):
    """Somebody asked to stop while we were starting."""


class Restart:
    """When a service that ended is started again: at once, then after 1, 2, 4 … seconds, as long as it keeps ending."""

    def __init__(self) -> None:
        self.pause = 0.0
        self.started_at = float("-inf")
        self.due_at: float | None = None

    def plan(self) -> float:
        """The seconds to wait, from now, before the next start."""
        was_steady = time.monotonic() - self.started_at > STEADY_SECONDS
        self.pause = 0.0 if was_steady else min(max(1.0, self.pause * 2), LONGEST_PAUSE)
        self.due_at = time.monotonic() + self.pause
        return self.pause

    def done(self) -> None:
        self.started_at = time.monotonic()
        self.due_at = None
