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
from tests.helpers.users import PASSWORD

HEADLESS = ROOT / "docs" / "examples" / "headless.py"
SECONDS = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


def headless(server: RunningServer, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(HEADLESS), server.url, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def engine_of(server: RunningServer, username: str) -> Iterator[ClientConnection]:
    """Open a `mindflip.v1` socket of the user as an engine; register the user if they are new."""
    with httpx.Client(base_url=server.url) as rest:
        who = {"username": username, "password": PASSWORD}
        rest.post("/api/auth/register", json=who)
        rest.headers["Authorization"] = (
            f"Bearer {rest.post('/api/auth/token', json=who).json()['access']}"
        )
        session = rest.post("/api/webllm/session", json={"modelId": "m"}).raise_for_status().json()
    with connect(session["wsUrl"], subprotocols=[Subprotocol("mindflip.v1")]) as socket:
        socket.send(json.dumps({"type": "ready", "modelId": "m", "engine": "webllm"}))
        yield socket


def rest_of(program: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the rest of the output and the errors of a program that ends."""
    assert program.stdout
    assert program.stderr
    out, err = program.stdout.read(), program.stderr.read()
    program.wait(SECONDS)
    return out, err


def heard(socket: ClientConnection, kind: str) -> dict:
    """Return the next message of this type."""
    while (message := json.loads(socket.recv(timeout=SECONDS)))["type"] != kind:
        pass
    return message


def stream(engine: ClientConnection, request: dict, *fronts: str) -> list[dict]:
    """Stream these cards one by one."""
    cards = [{"front": front, "back": f"about {front}"} for front in fronts]
    for index, card in enumerate(cards):
        members = {
            "generationId": request["generationId"],
            "lease": request["lease"],
            "index": index,
            "card": card,
        }
        engine.send(json.dumps({"type": "card", **members}))
    return cards


def answer(engine: ClientConnection, request: dict, cards: list[dict]) -> None:
    members = {name: request[name] for name in ("cacheKey", "generationId", "lease")}
    engine.send(json.dumps({"type": "response", **members, "data": {"cards": cards}}))


def test_the_headless_client_prints_each_card_as_it_comes(server: RunningServer) -> None:
    with engine_of(server, "alice") as engine:
        program = headless(server, "alice", PASSWORD, "Tides", "2")
        request = heard(engine, "generate")
        cards = stream(engine, request, "ebb")
        assert program.stdout
        assert program.stdout.readline() == "1. ebb\n"  # before the rest is generated
        answer(engine, request, [*cards, {"front": "flow", "back": "about flow"}])
        out, err = rest_of(program)
    assert out == "   about ebb\n2. flow\n   about flow\n"
    assert "[  0 %] Queued" in err
    assert program.returncode == 0


def test_the_headless_client_gets_its_cards_once_although_the_server_is_killed_meanwhile(
    server: RunningServer,
) -> None:
    with engine_of(server, "bob") as engine:
        program = headless(server, "bob", PASSWORD, "Winds", "2")
        request = heard(engine, "generate")
        cards = stream(engine, request, "gale")
        assert program.stdout
        assert program.stdout.readline() == "1. gale\n"
        server.web.kill()
    server.start(server.web)
    with engine_of(server, "bob") as back:  # the lease is still valid on another socket
        answer(back, request, [*cards, {"front": "breeze", "back": "about breeze"}])
        out, _ = rest_of(program)
    assert out == "   about gale\n2. breeze\n   about breeze\n"


def test_the_headless_client_says_in_a_sentence_what_the_server_refuses(
    server: RunningServer,
) -> None:
    program = headless(server, "charlie", PASSWORD, "Tides", "51")
    out, err = rest_of(program)
    assert (out, program.returncode) == ("", 1)
    assert err == "options.count: Expected `int` <= 50.\n"
