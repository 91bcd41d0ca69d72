"""A complete MindFlip deployment whose processes can be killed.

It consists of PostgreSQL, Valkey, two daphnes, a Celery worker and beat.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mindflip.embedded.process import Service, StartupError
from mindflip.embedded.run import ROOT, program
from mindflip.embedded.servers import free_port, postgres, remove_folder, valkey

# Committed data must survive a kill -9 of the server, but not a power failure.
POSTGRES_OPTIONS = ("fsync=off",)
RESTART_SECONDS = 240  # long enough for slow machines
# Settings that shorten delays from minutes to seconds.
SHORT_DELAYS = {
    "MINDFLIP_LEASE_SECONDS": "4",
    "MINDFLIP_LEASE_GRACE_SECONDS": "2",
    "MINDFLIP_ENGINE_TIMEOUT_SECONDS": "6",
    "MINDFLIP_HEARTBEAT_SECONDS": "2",
    "MINDFLIP_SWEEP_SECONDS": "2",
}


class Cluster:
    """The processes of a MindFlip deployment and their state.

    `services` maps the names postgres, valkey, web1, web2, worker and beat to their services.
    `kills` counts how often each service was killed. `down` contains the services that have been
    killed and not yet restarted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kills: Counter[str] = Counter()
        self.services: dict[str, Service] = {}
        self.down: set[str] = set()
        self._ports = {name: free_port() for name in ("postgres", "valkey", "web1", "web2")}

    @property
    def web_urls(self) -> tuple[str, str]:
        return self._url("web1"), self._url("web2")

    def start(self) -> None:
        """Start all services in order and return when all servers respond."""
        self._start(self._postgres(), "postgres")
        self._start(self._valkey(), "valkey")
        (self.folder / "static").symlink_to(
            (Path(os.environ["MINDFLIP_DATA_DIR"]) / "static").resolve()
        )
        environment = self._environment()
        migrate = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0"]
        subprocess.run(migrate, cwd=ROOT, env=os.environ | environment, check=True)
        for name in ("web1", "web2", "worker", "beat"):
            self.services[name] = self._program(name, environment)
            self.services[name].start()
        for name in ("web1", "web2"):
            self.services[name].wait_until_ready(RESTART_SECONDS)

    def kill(self, name: str) -> None:
        """Kill a service with kill -9."""
        self.down.add(name)
        self.services[name].kill()
        self.kills[name] += 1

    def restart(self, name: str) -> None:
        """Start a killed service and wait until it responds. Valkey is empty after a restart."""
        deadline = time.monotonic() + RESTART_SECONDS
        while not self._has_started(name):
            assert time.monotonic() < deadline, (
                f"{name} does not restart: {self.services[name].last_log_line()}"
            )
            time.sleep(0.1)
        self.down.discard(name)

    def exited_services(self) -> list[str]:
        """Return the names of the services that exited without being killed."""
        return [
            name
            for name, service in self.services.items()
            if name not in self.down and not service.is_running
        ]

    def logs(self, *names: str) -> dict[str, str]:
        return {name: self.services[name].log.read_text(errors="replace") for name in names}

    def stop(self) -> None:
        for service in reversed(self.services.values()):
            service.kill()
        remove_folder(self.folder / "postgres")

    def _has_started(self, name: str) -> bool:
        """Try to start a service and return True if it has started.

        After a kill -9, PostgreSQL does not start until its old child processes have exited.
        """
        try:
            self._start(self._postgres() if name == "postgres" else self.services[name], name)
        except StartupError:
            return False
        return True

    def _start(self, service: Service, name: str) -> None:
        self.services[name] = service
        service.start()
        service.wait_until_ready(RESTART_SECONDS)

    def _postgres(self) -> Service:
        service, self.database_url = postgres(
            self.folder / "postgres",
            self._log("postgres"),
            self._ports["postgres"],
            POSTGRES_OPTIONS,
        )
        return service

    def _valkey(self) -> Service:
        service, self.redis_url = valkey(
            self.folder / "valkey", self._log("valkey"), self._ports["valkey"], is_kept=False
        )
        return service

    def _program(self, name: str, environment: dict[str, str]) -> Service:
        if name not in ("web1", "web2"):
            return program(name, self._log(name), environment)
        port = self._ports[name]
        return program(
            "web", self._log(name), environment | {"MINDFLIP_PORT": str(port)}, port=port
        )

    def _environment(self) -> dict[str, str]:
        environment = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "MINDFLIP_DATA_DIR": str(self.folder),
        }
        return environment | {"MINDFLIP_REDIS_PREFIX": "faults"} | SHORT_DELAYS

    def _log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    def _url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._ports[name]}"


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Run a cluster with its files in `folder`, such as `tmp_path`."""
    cluster = Cluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
