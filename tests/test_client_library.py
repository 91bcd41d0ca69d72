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

SCRIPT = ROOT / "tests" / "js" / "client" / "live.js"
SECONDS = 60
EBB = '{"front":"ebb","back":"falling"}'
FLOW = '{"front":"flow","back":"rising"}'


class Clients:
    """Clients in a node process: `do` sends them a command, `happens` waits for their events."""

    def __init__(self, server: RunningServer, token: str) -> None:
        node = shutil.which(
            "node", path=os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
        )
        assert node, "There is no node: `make test` installs one."
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

    def do(self, what: str, **members: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what, **members}) + "\n")
        self.process.stdin.flush()

    def connect(self, name: str, *, has_engine: bool) -> None:
        self.do("client", name=name, url=self.server.url, token=self.token, hasEngine=has_engine)
        self.happens("up", client=name)

    def happens(self, what: str, **members: Any) -> dict[str, Any]:
        """Return the next event of this kind; fail if it does not come in time."""
        wanted = {"happened": what, **members}
        while True:
            self.events.append(json.loads(self.lines.get(timeout=SECONDS)))
            if wanted.items() <= self.events[-1].items():
                return self.events[-1]

    def ask(self, path: str, method: str = "GET") -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return (
            httpx.request(method, f"{self.server.url}/api/webllm/{path}", headers=headers)
            .raise_for_status()
            .json()
        )

    @property
    def session_id(self) -> str:
        self.do("session", client="desktop")
        return self.happens("session")["sessionId"]

    @property
    def outcomes(self) -> list[str]:
        return [
            event["happened"] for event in self.events if event["happened"] in {"result", "error"}
        ]

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def clients(server: RunningServer) -> Iterator[Clients]:
    """Start a node process without connected clients."""
    who = {"username": f"alice-{secrets.token_hex(4)}", "password": "correct horse battery"}
    httpx.post(f"{server.url}/api/auth/register", json=who).raise_for_status()
    token = httpx.post(f"{server.url}/api/auth/token", json=who).raise_for_status().json()["access"]
    made = Clients(server, token)
    yield made
    made.end()


def kill_and_start(clients: Clients) -> None:
    clients.server.web.kill()
    clients.happens("down")
    clients.server.start(clients.server.web)
    clients.happens("up")


def test_a_call_outlives_a_kill_of_the_server_in_the_middle_and_ends_once(clients: Clients) -> None:
    clients.connect("desktop", has_engine=True)
    clients.do("generate", client="desktop", topic="Tides", count=2)
    clients.happens("generating")
    clients.do("write", text=f"[{EBB}")
    clients.happens("card", front="ebb")
    kill_and_start(clients)
    clients.do("write", text=f",{FLOW}]")
    clients.happens("card", front="flow")
    clients.do("finish")
    result = clients.happens("result")
    assert result["fronts"] == ["ebb", "flow"]
    assert clients.session_id
    assert clients.outcomes == ["result"]
    assert [event["front"] for event in clients.events if event["happened"] == "card"] == [
        "ebb",
        "flow",
    ]
    generation = clients.ask(f"generations/{result['generationId']}")
    assert (generation["status"], len(generation["attempts"])) == ("succeeded", 1)


def test_an_answer_that_was_finished_while_there_was_no_server_is_not_lost(
    clients: Clients,
) -> None:
    clients.connect("desktop", has_engine=True)
    clients.do("generate", client="desktop", topic="Tides", count=2)
    clients.happens("generating")
    clients.server.web.kill()
    clients.happens("down")
    clients.do("write", text=f"[{EBB},{FLOW}]")
    clients.do("finish")
    clients.happens("finished")
    clients.server.start(clients.server.web)
    assert clients.happens("result")["fronts"] == ["ebb", "flow"]
    assert clients.outcomes == ["result"]


def test_a_call_is_answered_although_its_session_was_closed_elsewhere(clients: Clients) -> None:
    clients.connect("desktop", has_engine=True)
    first = clients.session_id
    clients.ask(f"session/{first}", "DELETE")
    clients.do("generate", client="desktop", topic="Tides", count=1)
    clients.happens("generating")
    clients.do("write", text=f"[{EBB}]")
    clients.do("finish")
    assert clients.happens("result")["fronts"] == ["ebb"]
    assert clients.session_id != first


def test_a_phone_without_an_engine_waits_for_its_owners_desktop_and_gets_its_cards_one_by_one(
    clients: Clients,
) -> None:
    clients.connect("phone", has_engine=False)
    clients.do("generate", client="phone", topic="Tides", count=2)
    clients.happens("waiting", status="queued", place=0)
    clients.connect("desktop", has_engine=True)
    clients.happens("waiting", status="leased")
    clients.do("write", text=f"[{EBB}")
    clients.happens("card", client="phone", front="ebb")
    clients.do("write", text=f",{FLOW}]")
    clients.do("finish")
    assert clients.happens("result")["client"] == "phone"


def test_a_cancel_reaches_the_engine_and_the_cards_so_far_are_kept(clients: Clients) -> None:
    clients.connect("desktop", has_engine=True)
    clients.do("generate", client="desktop", topic="Tides", count=3)
    clients.happens("generating")
    clients.do("write", text=f"[{EBB}")
    clients.happens("card")
    clients.do("cancel")
    error = clients.happens("error")
    assert (error["code"], error["fronts"]) == ("cancelled", ["ebb"])
    clients.do("generate", client="desktop", topic="Winds", count=1)
    clients.happens("generating")  # the engine is idle again
