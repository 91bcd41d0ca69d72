"""The client library in node against a real daphne.

The tests cover dropped connections, kill -9, ended sessions and engines on other devices.
"""

import json
import os
import queue
import secrets
import shutil
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.helpers.processes import ROOT, RunningServer, running_server
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.helpers.users import PASSWORD

SCRIPT = ROOT / "tests" / "js" / "client" / "live.js"
EBB = '{"front":"ebb","back":"falling"}'
FLOW = '{"front":"flow","back":"rising"}'


class Clients:
    """Clients in a node process: `send_command` controls them, `wait_for` returns their events."""

    def __init__(self, server: RunningServer, token: str) -> None:
        node = shutil.which(
            "node", path=os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
        )
        assert node, "node is not installed; run `make test`"
        self.server, self.token = server, token
        self.process = subprocess.Popen(
            [node, str(SCRIPT)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.events: list[dict[str, Any]] = []
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)

    def send_command(self, command: str, **fields: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": command, **fields}) + "\n")
        self.process.stdin.flush()

    def connect(self, name: str, *, has_engine: bool) -> None:
        self.send_command(
            "client", name=name, url=self.server.url, token=self.token, hasEngine=has_engine
        )
        self.wait_for("up", client=name)

    def wait_for(self, event: str, **fields: Any) -> dict[str, Any]:
        """Return the next event of this type; fail if it does not arrive in time."""
        expected = {"happened": event, **fields}
        while True:
            self.events.append(json.loads(self.lines.get(timeout=TIMEOUT_SECONDS)))
            if expected.items() <= self.events[-1].items():
                return self.events[-1]

    def request(self, path: str, method: str = "GET") -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return (
            httpx.request(
                method,
                f"{self.server.url}/api/webllm/{path}",
                headers=headers,
                timeout=TIMEOUT_SECONDS,
            )
            .raise_for_status()
            .json()
        )

    @property
    def session_id(self) -> str:
        self.send_command("session", client="desktop")
        return self.wait_for("session")["sessionId"]

    @property
    def outcomes(self) -> list[str]:
        return [
            event["happened"] for event in self.events if event["happened"] in {"result", "error"}
        ]

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(TIMEOUT_SECONDS)
        finally:
            self.process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def clients(server: RunningServer) -> Iterator[Clients]:
    """Start a node process without connected clients."""
    credentials = {"username": f"alice-{secrets.token_hex(4)}", "password": PASSWORD}
    httpx.post(
        f"{server.url}/api/auth/register", json=credentials, timeout=TIMEOUT_SECONDS
    ).raise_for_status()
    token = (
        httpx.post(f"{server.url}/api/auth/token", json=credentials, timeout=TIMEOUT_SECONDS)
        .raise_for_status()
        .json()["access"]
    )
    clients = Clients(server, token)
    yield clients
    clients.close()


def kill_and_restart_server(clients: Clients) -> None:
    clients.server.web.kill()
    clients.wait_for("down")
    clients.server.start(clients.server.web)
    clients.wait_for("up")


def test_generation_continues_after_server_is_killed_and_ends_once(clients: Clients) -> None:
    clients.connect("desktop", has_engine=True)
    clients.send_command("generate", client="desktop", topic="Tides", count=2)
    clients.wait_for("generating")
    clients.send_command("write", text=f"[{EBB}")
    clients.wait_for("card", front="ebb")
    kill_and_restart_server(clients)
    clients.send_command("write", text=f",{FLOW}]")
    clients.wait_for("card", front="flow")
    clients.send_command("finish")
    result = clients.wait_for("result")
    assert result["fronts"] == ["ebb", "flow"]
    assert clients.session_id
    assert clients.outcomes == ["result"]
    assert [event["front"] for event in clients.events if event["happened"] == "card"] == [
        "ebb",
        "flow",
    ]
    generation = clients.request(f"generations/{result['generationId']}")
    assert (generation["status"], len(generation["attempts"])) == ("succeeded", 1)


def test_result_finished_while_server_is_down_is_delivered(
    clients: Clients,
) -> None:
    clients.connect("desktop", has_engine=True)
    clients.send_command("generate", client="desktop", topic="Tides", count=2)
    clients.wait_for("generating")
    clients.server.web.kill()
    clients.wait_for("down")
    clients.send_command("write", text=f"[{EBB},{FLOW}]")
    clients.send_command("finish")
    clients.wait_for("finished")
    clients.server.start(clients.server.web)
    assert clients.wait_for("result")["fronts"] == ["ebb", "flow"]
    assert clients.outcomes == ["result"]


def test_generation_succeeds_in_new_session_after_session_is_closed(clients: Clients) -> None:
    clients.connect("desktop", has_engine=True)
    first_session_id = clients.session_id
    clients.request(f"session/{first_session_id}", "DELETE")
    clients.send_command("generate", client="desktop", topic="Tides", count=1)
    clients.wait_for("generating")
    clients.send_command("write", text=f"[{EBB}]")
    clients.send_command("finish")
    assert clients.wait_for("result")["fronts"] == ["ebb"]
    assert clients.session_id != first_session_id


def test_client_without_engine_gets_cards_from_engine_of_other_client(
    clients: Clients,
) -> None:
    clients.connect("phone", has_engine=False)
    clients.send_command("generate", client="phone", topic="Tides", count=2)
    clients.wait_for("waiting", status="queued", place=0)
    clients.connect("desktop", has_engine=True)
    clients.wait_for("waiting", status="leased")
    clients.send_command("write", text=f"[{EBB}")
    clients.wait_for("card", client="phone", front="ebb")
    clients.send_command("write", text=f",{FLOW}]")
    clients.send_command("finish")
    assert clients.wait_for("result")["client"] == "phone"


def test_cancelled_generation_stops_engine_and_keeps_received_cards(clients: Clients) -> None:
    clients.connect("desktop", has_engine=True)
    clients.send_command("generate", client="desktop", topic="Tides", count=3)
    clients.wait_for("generating")
    clients.send_command("write", text=f"[{EBB}")
    clients.wait_for("card")
    clients.send_command("cancel")
    error = clients.wait_for("error")
    assert (error["code"], error["fronts"]) == ("cancelled", ["ebb"])
    clients.send_command("generate", client="desktop", topic="Winds", count=1)
    clients.wait_for("generating")  # the engine is idle again
