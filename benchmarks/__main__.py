"""Run all measurements, or only those that are named.

Usage: python -m benchmarks [stages] [floor] [daphne] [two] [sockets] [resume] [admin] [pages]

`admin` and `pages` only run if they are named. `admin` creates five million generations, or
BENCHMARK_GENERATIONS. `pages` needs Chromium.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import admin, pages, round_trips, sockets
from benchmarks.servers import FLOOR, NO_LIMITS
from benchmarks.stages import stages
from mindflip.embedded.run import ROOT
from mindflip.embedded.servers import temporary_servers

ALL = {
    "stages": stages,
    "floor": round_trips.against_the_floor,
    "daphne": round_trips.the_floor_with_and_without_daphne,
    "two": round_trips.two_daphnes_against_one,
    "sockets": sockets.memory_of_open_sockets,
    "resume": sockets.a_long_resume,
}
NAMED_ONLY = {"admin": admin.lists_at_size, "pages": pages.speed_of_pages}


def main() -> None:
    wanted = sys.argv[1:] or list(ALL)
    if unknown := [name for name in wanted if name not in ALL | NAMED_ONLY]:
        sys.exit(
            f"There is no measurement {unknown[0]!r}: name some of {', '.join(ALL | NAMED_ONLY)},"
            " or none for all."
        )
    if {"floor", "daphne"} & set(wanted) and not FLOOR.exists():
        sys.exit(
            "../shared/floor_durable.py is not beside this checkout: there is nothing to measure"
            " against."
        )
    with temporary_servers() as environment, tempfile.TemporaryDirectory() as var:
        os.environ.update(
            environment
            | NO_LIMITS
            | {
                "MINDFLIP_DATA_DIR": var,
                "DJANGO_SETTINGS_MODULE": "mindflip.settings",
            }
        )
        (Path(var) / "static").mkdir()
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0"],
            check=True,
            cwd=ROOT,
        )
        for name in wanted:
            (ALL | NAMED_ONLY)[name]()


if __name__ == "__main__":
    main()
