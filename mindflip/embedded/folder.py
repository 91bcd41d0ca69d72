"""The var folder at the start of a run: there, writable, with room, and ours alone."""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .service import CannotRun

LEAST_FREE_MB = 300
LONGEST_LOG = 5_000_000
PATIENCE_SECONDS = 2.0
STOPPING_SECONDS = 40.0


def prepare(var: Path) -> None:
    """Make the folder. Raises CannotRun when it cannot be written or its disk is nearly full."""
    try:
        (var / "log").mkdir(parents=True, exist_ok=True)
        probe = var / "log" / ".writable"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        what = f"The folder {var} cannot be written ({error.strerror})"
        raise CannotRun(f"{what}: give it to this user, or set MINDFLIP_VAR to another.") from None
    free = shutil.disk_usage(var).free // 1_000_000
    if free < LEAST_FREE_MB:
        what = f"The disk of {var} has {free} MB left and {LEAST_FREE_MB} MB are needed"
        raise CannotRun(f"{what}: make room, or set MINDFLIP_VAR to a folder on another disk.")
    _put_long_logs_aside(var / "log")


def _put_long_logs_aside(folder: Path) -> None:
    for log in folder.glob("*.log"):
        if log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


@contextmanager
def only_run(var: Path) -> Iterator[Callable[[], None]]:
    """Hold the folder for this process; the yielded function says that we are about to let go, so that the next run waits for us.

    Raises CannotRun while another run holds it.
    """
    with (var / "run.lock").open("a+") as lock:
        _take(lock.fileno(), var)

        def say(what: str) -> None:
            lock.truncate(0)
            lock.write(f"{os.getpid()} {what}")
            lock.flush()

        say("running")
        yield lambda: say("stopping")


def _take(lock: int, var: Path) -> None:
    began = time.monotonic()
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, _, what = (var / "run.lock").read_text().partition(" ")
        if time.monotonic() - began > (STOPPING_SECONDS if what == "stopping" else PATIENCE_SECONDS):
            raise CannotRun(f"MindFlip runs already on {var} (process {pid}): stop it with Ctrl-C or `kill {pid}`, or set MINDFLIP_VAR.")
        time.sleep(0.1)
