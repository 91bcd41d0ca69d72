"""PostgreSQL and Valkey for as long as somebody listens: `python -m mindflip.embedded.temporary` prints their addresses as one
line of JSON, and stops them and removes their data when its standard input ends, which it also does when its caller is killed."""

import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import places
from .postgres import WITHOUT_SAFETY, postgres
from .service import CannotRun
from .valkey import valkey


@contextmanager
def temporary_servers() -> Iterator[dict[str, str]]:
    """Start both servers on empty, unsafe and fast data; yields environment variables: their addresses and a
    folder that goes with them."""
    folder = Path(tempfile.mkdtemp(prefix="mindflip-servers-"))
    folder.chmod(0o755)
    started = []
    try:
        database, database_url = postgres(folder / "postgres", folder / "postgres.log", places.free_port(), WITHOUT_SAFETY)
        redis, redis_url = valkey(folder / "valkey", folder / "valkey.log", places.free_port(), is_kept=False)
        for service in (database, redis):
            service.start()
            started.append(service)
        for service in started:
            service.wait_until_it_answers()
        yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "MINDFLIP_TEST_FOLDER": str(folder)}
    finally:
        for service in reversed(started):
            service.kill()  # nobody keeps these data
        places.remove_folder(folder / "postgres")
        places.remove_folder(folder)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller says when, by closing our standard input
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with temporary_servers() as addresses:
            sys.stdout.write(json.dumps(addresses) + "\n")
            sys.stdout.flush()
            sys.stdin.read()
    except CannotRun as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
