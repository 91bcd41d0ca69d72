"""The one-command run, step by step."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from mindflip.said import last_line

from . import folder, leftovers, local_model, places, state
from .postgres import postgres
from .programs import PROGRAMS, ROOT, program
from .service import CannotRun, Service
from .supervisor import Stopped, Supervisor
from .valkey import valkey


class Run:
    """Everything on this machine, its data under `var`, until somebody asks to stop. `say` shows one line."""

    def __init__(self, var: Path, bind: str, port: int, say: Callable[[str], None]) -> None:
        self.var, self.bind, self.port, self.say = var, bind, port, say
        self.supervisor = Supervisor(var, say)
        self.environment: dict[str, str] = {"MINDFLIP_VAR": str(var)}

    def until_stopped(self) -> None:
        """Raises CannotRun, with everything stopped again, when the start fails."""
        folder.prepare(self.var)
        with folder.only_run(self.var) as letting_go:
            self.supervisor.heed_signals()
            try:
                self._start()
                self.supervisor.watch()
            except Stopped:
                pass
            finally:
                letting_go()
                self._stop()

    def _stop(self) -> None:
        if self.supervisor.services:
            self.say("Stopping ...")
            self.supervisor.stop()
            self.say("Stopped. Your data are kept.")

    def _start(self) -> None:
        for name in leftovers.stop_leftovers(self.var):
            self.say(f"Stopped {name}, left over from a run that was killed.")
        self._refuse_taken_port()
        self._fetch_model()
        self._start_servers()
        self.say("Preparing the database and the pages ...")
        self.supervisor.run_to_end(program("release", self._log("release"), self.environment))
        self._show_first_admin()
        for name in PROGRAMS:
            self.supervisor.start(program(name, self._log(name), self.environment, self.bind, self.port))
        self.say(f"MindFlip is ready: http://{self._host()}:{self.port}   (logs: {self.var / 'log'}; Ctrl-C stops it)")

    def _log(self, name: str) -> Path:
        return self.var / "log" / f"{name}.log"

    def _host(self) -> str:
        return "localhost" if self.bind in {"127.0.0.1", "0.0.0.0", "::", "::1"} else self.bind  # noqa: S104

    def _refuse_taken_port(self) -> None:
        if not places.is_free(self.port, self.bind):
            raise CannotRun(f"Port {self.port} is taken: stop what listens there, or start with another, as in MINDFLIP_PORT=3001.")

    def _fetch_model(self) -> None:
        """Without it MindFlip still serves the models of the internet, so a failure is said and passed over."""
        if local_model.is_fetched(Path(os.environ.get("MINDFLIP_MODELS_DIR") or self.var / "models")):
            return
        step = Service("fetch_model", self._manage("fetch_model"), self._log("fetch_model"), cwd=ROOT, environment=self._variables())
        self.say("Fetching the local model (98 MB, once) ...")
        try:
            self.supervisor.run_to_end(step)
        except Stopped:
            raise
        except CannotRun as reason:
            self.say(f"Going on without the local model: {reason}")

    def _start_servers(self) -> None:
        """PostgreSQL and Valkey, each unless the environment names one outside; at their last ports where these are free."""
        last = state.addresses(self.var)
        database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
        if not database_url:
            server, database_url = postgres(self.var / "postgres", self._log("postgres"), _free(last.database_url))
            self._start_server(server)
        if not redis_url:
            server, redis_url = valkey(self.var / "valkey", self._log("valkey"), _free(last.redis_url))
            self._start_server(server)
        self.environment |= {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
        state.write_addresses(self.var, state.Addresses(database_url, redis_url))

    def _start_server(self, server: Service) -> None:
        self.say(f"Starting {server.name} ...")
        self.supervisor.start(server)

    def _show_first_admin(self) -> None:
        made = subprocess.run(self._manage("first_admin"), cwd=ROOT, env=self._variables(), capture_output=True, text=True, check=False)
        if made.returncode:
            raise CannotRun(f"The first admin could not be made: {last_line(made.stderr)}")
        if made.stdout.strip():
            self.say(made.stdout.strip())

    def _manage(self, command: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), command]

    def _variables(self) -> dict[str, str]:
        return os.environ | self.environment


def _free(last_url: str) -> int:
    """The port of `last_url`, when one of ours and free, so that notes of it stay right."""
    port = urlsplit(last_url).port or 0
    return port if port not in {0, 5432, 6379} and places.is_free(port) else places.free_port()
