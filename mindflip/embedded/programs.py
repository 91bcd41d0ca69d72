"""The processes of the Procfile, which is the only place that says how each is started."""

import http.client
import os
import shlex
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from honcho.environ import parse_procfile

from .service import Service

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ("web", "worker", "beat")


def program(name: str, log: Path, environment: Mapping[str, str], bind: str = "127.0.0.1", port: int = 0) -> Service:
    """The Procfile's process `name`, run with this Python. Of `web` is known when it answers: at `bind` and `port`."""
    command = shlex.split(parse_procfile((ROOT / "Procfile").read_text()).processes[name])
    command[0] = sys.executable  # "python", whatever the PATH calls so
    service = Service(name, command, log, cwd=ROOT, environment=os.environ | environment | {"PYTHONUNBUFFERED": "1"})
    if name == "web":
        service.answers = lambda: _answers(bind, port)
    return service


def _answers(bind: str, port: int) -> bool:
    """Whether anything that speaks HTTP answers, be it with a redirect."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104
    with closing(http.client.HTTPConnection(host, port, timeout=5)) as connection:
        try:
            connection.request("HEAD", "/", headers={"Host": f"localhost:{port}"})
            return bool(connection.getresponse().status)
        except (OSError, http.client.HTTPException):
            return False
