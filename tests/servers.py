"""A pytest plugin (`-p tests.servers`) that starts real PostgreSQL and Valkey servers for the run.

The controller starts the servers before Django's settings load and stops them with the run. They
also stop if the run is killed, because their supervisor waits on a pipe from this process. Workers
inherit the URLs. If DATABASE_URL and REDIS_URL are set, those servers are used instead.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mindflip.embedded import static_files
from mindflip.embedded.process import StartupError

ROOT = Path(__file__).resolve().parent.parent
KEEPER = pytest.StashKey[subprocess.Popen[str]]()
VAR = pytest.StashKey[Path]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the servers before pytest-django loads the settings."""
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        early_config.stash[KEEPER] = _start_servers()
    early_config.stash[VAR] = _own_place()
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[VAR], ignore_errors=True)
    keeper = config.stash.get(KEEPER, None)
    if keeper is not None and keeper.stdin is not None:
        keeper.stdin.close()
        keeper.wait(30)


def _start_servers() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "mindflip.embedded.servers"]
    keeper = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert keeper.stdout is not None
    line = keeper.stdout.readline()
    if not line:
        pytest.exit(
            "The servers for the tests did not start; the reason stands above.", returncode=1
        )
    for name, value in json.loads(line).items():
        os.environ.setdefault(name, value)
    return keeper


def _own_place() -> Path:
    """Give each worker its own Redis prefix, secret key and files, and return its folder.

    All workers share the collected static files.
    """
    name = f"mindflip-test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-"
    var = Path(tempfile.mkdtemp(prefix=name, dir=os.environ.get("MINDFLIP_TEST_FOLDER")))
    os.environ["MINDFLIP_DATA_DIR"] = str(var)
    os.environ["MINDFLIP_REDIS_PREFIX"] = f"test-{var.name}"
    try:
        (var / "static").symlink_to(static_files.shared_copy(ROOT / "var" / "test-static"))
    # Tests without pages still run. Tests with pages fail, and this message explains why.
    except StartupError as reason:
        sys.stderr.write(f"{reason}\n")
    return var
