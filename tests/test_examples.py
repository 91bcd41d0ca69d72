"""The programs in docs/examples, run as documented, against a real daphne."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from websockets import Subprotocol
from websockets.sync.client import ClientConnection, connect

from tests.helpers.processes import ROOT, RunningServer, running_server
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.helpers.users import PASSWORD

HEADLESS = ROOT / "docs" / "examples" / "headless.py"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


def headless(server: RunningServer, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(HEADLESS), server.url, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def open_engine(server: RunningServer, username: str) -> Iterator[ClientConnection]:
    """Open a `mindflip.v1` socket of the user as an engine; register the user if they are new."""
    with httpx.Client(base_url=server.url, timeout=TIMEOUT_SECONDS) as client:
        credentials = {"username": username, "password": PASSWORD}
        client.post("/api/auth/register", json=credentials)
        client.headers["Authorization"] = (
            f"Bearer {client.post('/api/auth/token', json=credentials).json()['access']}"
        )
        session = (
            client.post("/api/webllm/session", json={"modelId": "m"}).raise_for_status().json()
        )
    with connect(session["wsUrl"], subprotocols=[Subprotocol("mindflip.v1")]) as socket:
        socket.send(json.dumps({"type": "ready", "modelId": "m", "engine": "webllm"}))
        yield socket


def remaining_output(program: subprocess.Popen[str]) -> tuple[str, str]:
    """Wait for the program to exit and return its remaining output and errors."""
    assert program.stdout
    assert program.stderr
    out, err = program.stdout.read(), program.stderr.read()
    program.wait(TIMEOUT_SECONDS)
    return out, err


def receive_message(socket: ClientConnection, message_type: str) -> dict:
    """Return the next message of this type."""
    while (message := json.loads(socket.recv(timeout=TIMEOUT_SECONDS)))["type"] != message_type:
        pass
    return message


def send_cards(engine: ClientConnection, request: dict, *fronts: str) -> list[dict]:
    """Stream these cards one by one."""
    cards = [{"front": front, "back": f"about {front}"} for front in fronts]
    for index, card in enumerate(cards):
        fields = {
            "generationId": request["generationId"],
            "lease": request["lease"],
            "index": index,
            "card": card,
        }
        engine.send(json.dumps({"type": "card", **fields}))
    return cards


def send_response(engine: ClientConnection, request: dict, cards: list[dict]) -> None:
    fields = {name: request[name] for name in ("cacheKey", "generationId", "lease")}
    engine.send(json.dumps({"type": "response", **fields, "data": {"cards": cards}}))


def test_headless_client_prints_each_card_when_it_arrives(server: RunningServer) -> None:
    with open_engine(server, "alice") as engine:
        program = headless(server, "alice", PASSWORD, "Tides", "2")
        request = receive_message(engine, "generate")
        cards = send_cards(engine, request, "ebb")
        assert program.stdout
        assert program.stdout.readline() == "1. ebb\n"  # before the other card is generated
        send_response(engine, request, [*cards, {"front": "flow", "back": "about flow"}])
        out, err = remaining_output(program)
    assert out == "   about ebb\n2. flow\n   about flow\n"
    assert "[  0 %] Queued" in err
    assert program.returncode == 0


def test_headless_client_prints_each_card_once_if_server_is_killed(
    server: RunningServer,
) -> None:
    with open_engine(server, "bob") as engine:
        program = headless(server, "bob", PASSWORD, "Winds", "2")
        request = receive_message(engine, "generate")
        cards = send_cards(engine, request, "gale")
        assert program.stdout
        assert program.stdout.readline() == "1. gale\n"
        server.web.kill()
    server.start(server.web)
    with open_engine(server, "bob") as second_engine:  # the lease is still valid on another socket
        send_response(second_engine, request, [*cards, {"front": "breeze", "back": "about breeze"}])
        out, _ = remaining_output(program)
    assert out == "   about gale\n2. breeze\n   about breeze\n"


def test_headless_client_prints_error_of_rejected_request(
    server: RunningServer,
) -> None:
    program = headless(server, "charlie", PASSWORD, "Tides", "51")
    out, err = remaining_output(program)
    assert (out, program.returncode) == ("", 1)
    assert err == "options.count: Expected `int` <= 50.\n"
