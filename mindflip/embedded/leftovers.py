"""What a killed supervisor leaves running is found by its state file and stopped: `var/run.json` says who was started, in order."""

import json
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from .service import Service

PATIENCE_SECONDS = 15.0
CLOCK_SECONDS = 2.0  # the clock may have been set meanwhile


def remember(var: Path, services: Iterable[Service]) -> None:
    """Write down the running services, each with the time its process was made, because process ids are used again."""
    rows = [
        {"name": service.name, "pid": service.process.pid, "made": made, "signal": int(service.stop_signal)}
        for service in services
        if service.process is not None and (made := _made(service.process.pid)) is not None
    ]
    half = var / "run.json.new"
    half.write_text(json.dumps(rows, indent=1))
    half.replace(var / "run.json")


def forget(var: Path) -> None:
    (var / "run.json").unlink(missing_ok=True)


def stop_leftovers(var: Path) -> list[str]:
    """Stop what a former run left, the last started first; returns the names of what was found alive."""
    try:
        rows = json.loads((var / "run.json").read_text())
    except (OSError, ValueError):
        return []
    found = [row for row in reversed(rows) if _is_same(row)]
    for row in found:
        _stop(row["pid"], row["signal"])
    forget(var)
    return [row["name"] for row in found]


def _made(pid: int) -> float | None:
    """When the process was made; None when it is gone, or only waits for its parent to notice."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return float(process.create_time())
    return None


def _is_same(row: dict[str, Any]) -> bool:
    made = _made(row["pid"])
    return made is not None and abs(made - row["made"]) < CLOCK_SECONDS


def _stop(pid: int, stop_signal: int) -> None:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        process.send_signal(signal.Signals(stop_signal))
        _wait(family, PATIENCE_SECONDS)
        for stubborn in (each for each in family if each.is_running()):
            stubborn.kill()
        _wait(family, PATIENCE_SECONDS)


def _wait(family: list[psutil.Process], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(_made(each.pid) for each in family) and time.monotonic() < deadline:
        time.sleep(0.05)


def drop_dead_lock(lock: Path) -> None:
    """Remove PostgreSQL's lock file when the process it names is no PostgreSQL: after a reboot the id may be anyone's."""
    try:
        pid = int(lock.read_text().splitlines()[0])
        if psutil.Process(pid).name() != "postgres":
            lock.unlink()
    except (OSError, ValueError, IndexError):
        return
    except psutil.NoSuchProcess:
        lock.unlink(missing_ok=True)
