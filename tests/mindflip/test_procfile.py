"""`honcho start` runs every process of a deployment if DATABASE_URL and REDIS_URL are set."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from mindflip.embedded.run import ROOT
from mindflip.embedded.servers import free_port
from tests.helpers.processes import eventually
from tests.helpers.timeouts import TIMEOUT_SECONDS


def test_honcho_start_migrates_empty_database_and_serves_requests(tmp_path: Path) -> None:
    port, name = free_port(), f"honcho_{os.getpid()}"
    database_url = os.environ["DATABASE_URL"]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    (tmp_path / "static").symlink_to((Path(os.environ["MINDFLIP_DATA_DIR"]) / "static").resolve())
    environment = {
        "DATABASE_URL": f"{database_url.rsplit('/', 1)[0]}/{name}",
        "MINDFLIP_REDIS_PREFIX": name,
        "MINDFLIP_DATA_DIR": str(tmp_path),
        "MINDFLIP_PORT": str(port),
        "MINDFLIP_WORKER_HEARTBEAT_TIMEOUT": "6",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    log = tmp_path / "honcho.txt"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "honcho", "start"]
        honcho = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        eventually(lambda: _is_serving(port) or honcho.poll() is not None)
        for text in ("Released.", "beat: Starting", " ready."):
            eventually(lambda text=text: text in log.read_text())
        eventually(lambda: _status(port, "/readyz") == 200)
        assert honcho.poll() is None, log.read_text()
    finally:
        honcho.send_signal(signal.SIGTERM)
        honcho.wait(TIMEOUT_SECONDS)
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _is_serving(port: int) -> bool:
    try:
        return _status(port, "/api/webllm/session") == 401
    except httpx.HTTPError:
        return False


def _status(port: int, path: str) -> int:
    return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=TIMEOUT_SECONDS).status_code
