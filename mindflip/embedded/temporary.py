"""PostgreSQL and Valkey for a while, with data that nobody keeps: `python -m mindflip.embedded.temporary [COMMAND …]`.

With a command, for as long as it runs, its environment naming them. Without one it prints that environment as one line of JSON and
keeps them until its standard input ends, which it also does when its caller is killed.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import places
from .postgres import WITHOUT_SAFETY, postgres
from .service import CannotRun, Service
from .valkey import valkey


@contextmanager
def temporary_servers() -> Iterator[dict[str, str]]:
    """Start both servers on empty, unsafe and fast data; yields environment variables: their addresses and a
    folder that goes with them."""
    folder = Path(tempfile.mkdtemp(prefix="mindflip-servers-"))
    folder.chmod(0o755)
    started: list[Service] = []
    try:
        addresses = _start(folder, started)
        yield {**addresses, "MINDFLIP_TEST_FOLDER": str(folder)}
    finally:
        for service in reversed(started):
            service.kill()  # nobody keeps these data
        places.remove_folder(folder / "postgres")
        places.remove_folder(folder)


def _start(folder: Path, started: list[Service]) -> dict[str, str]:
    """Both at the same time; each is among the `started` once it runs."""
    database, database_url = postgres(folder / "postgres", folder / "postgres.log", places.free_port(), WITHOUT_SAFETY)
    redis, redis_url = valkey(folder / "valkey", folder / "valkey.log", places.free_port(), is_kept=False)
    for service in (database, redis):
        service.start()
        started.append(service)
    for service in started:
        service.wait_until_it_answers()
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with temporary_servers() as addresses:
            if command:
                return subprocess.run(command, env=os.environ | addresses, check=False).returncode
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller says when
            sys.stdout.write(json.dumps(addresses) + "\n")
            sys.stdout.flush()
            sys.stdin.read()
    except CannotRun as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
