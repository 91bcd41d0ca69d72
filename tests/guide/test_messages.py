"""The guide's messages and requests, sent and received unmodified."""

import json
import re

import httpx
import pytest
from websockets.sync.client import connect

from sessions_app import asyncapi, protocol
from tests.guide import GUIDE, blocks, sample
from tests.helpers.processes import ROOT, running_server

ORIGINAL = ROOT.parent / "shared" / "webllm-integration-guide.md"
MESSAGES = [json.loads(block.replace("[...]", "[]")) for block in blocks("json")]
CARDS = [{"front": "What is ebb?", "back": "Falling water"}]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def rest(server):
    alice = {"username": "alice", "password": "correct horse battery"}
    with httpx.Client(base_url=server.url) as client:
        client.post("/api/auth/register", json=alice).raise_for_status()
        token = client.post("/api/auth/token", json=alice).raise_for_status().json()["access"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@pytest.fixture
def session(rest):
    """Open a session with the request body of the guide's first step."""
    (model,) = re.findall(r"modelId: '(.*)'", sample("method: 'POST'"))
    response = rest.post("/api/webllm/session", json={"modelId": model})
    assert response.status_code == 201
    return response.json()


def of_type(kind: str) -> dict:
    (message,) = [message for message in MESSAGES if message["type"] == kind]
    return message


def until(socket, kind: str) -> dict:
    """Return the next message of this type and skip `progress` messages."""
    while (message := json.loads(socket.recv(timeout=20)))["type"] != kind:
        assert message["type"] == "progress", message
    return message


@pytest.mark.skipif(not ORIGINAL.exists(), reason="The original is not next to this checkout.")
def test_published_guide_is_the_original():
    assert GUIDE.read_text() == ORIGINAL.read_text()


def test_guide_has_the_five_messages_of_the_dialect():
    assert [message["type"] for message in MESSAGES] == [
        "generate",
        "response",
        "progress",
        "result",
        "error",
    ]


@pytest.mark.parametrize("kind", ["generate", "response"])
def test_message_of_a_client_is_accepted_as_written(kind):
    assert protocol.decode(json.dumps(of_type(kind))).__struct_config__.tag == kind


@pytest.mark.parametrize("kind", ["progress", "result", "error"])
def test_message_of_the_server_is_described_with_the_fields_of_the_guide(kind):
    (described,) = [
        message for message in asyncapi.GUIDE_SERVER_TYPES if message.__struct_config__.tag == kind
    ]
    assert set(of_type(kind)) <= {"type", *described.__struct_encode_fields__}


def test_request_is_answered_by_result_as_written(session):
    with connect(session["wsUrl"], proxy=None) as socket:
        socket.send(json.dumps(of_type("generate")))
        request = until(socket, "generate")
        assert (request["prompt"], request["options"]) == (
            "Generate flashcards...",
            {"count": 10, "topic": "Topic"},
        )
        cards = [
            {"front": f"{number}. {card['front']}", "back": card["back"]}
            for number, card in enumerate(CARDS * 10)
        ]
        socket.send(json.dumps(of_type("response") | {"data": {"cards": cards}}))
        result = until(socket, "result")
        assert set(of_type("result")) <= set(result)
        assert [card["front"] for card in result["data"]["cards"]] == [
            card["front"] for card in cards
        ]
        socket.send(json.dumps(of_type("generate")))
        assert until(socket, "result")["data"]["cached"]


def test_answer_sent_twice_disturbs_no_later_call(session):
    with connect(session["wsUrl"], proxy=None) as socket:
        for topic in ("Ebb", "Flow", "Spring"):
            socket.send(
                json.dumps(
                    {
                        "type": "generate",
                        "prompt": f"Generate 1 flashcards about {topic}",
                        "options": {"count": 1, "topic": topic},
                    }
                )
            )
            until(socket, "generate")
            for _ in range(2):
                socket.send(
                    json.dumps(
                        {
                            "type": "response",
                            "cacheKey": f"webllm:flashcards:{topic}:1",
                            "data": {"cards": CARDS},
                        }
                    )
                )
            assert until(socket, "result")["data"]["cards"][0]["front"] == CARDS[0]["front"]


def test_error_has_the_fields_of_the_guide(session):
    with connect(session["wsUrl"], proxy=None) as socket:
        socket.send(json.dumps(of_type("generate") | {"prompt": ""}))
        error = until(socket, "error")
        assert set(of_type("error")) <= set(error)
        assert isinstance(error["error"], str)


def test_session_is_read_and_closed_as_written(rest, session):
    address = f"/api/webllm/session/{session['sessionId']}"
    assert rest.get(address).json()["status"] == "initializing"
    assert rest.delete(address).json() == {"success": True}
    assert rest.get(address).json()["status"] == "closed"
