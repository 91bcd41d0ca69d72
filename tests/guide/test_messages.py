"""The guide's messages and requests, sent and received unmodified."""

import json
import re

import httpx
import pytest
from websockets.sync.client import connect

from sessions_app import asyncapi, protocol
from tests.guide import GUIDE, blocks, sample
from tests.helpers.processes import ROOT, running_server
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.helpers.users import PASSWORD

ORIGINAL = ROOT.parent / "shared" / "webllm-integration-guide.md"
MESSAGES = [json.loads(block.replace("[...]", "[]")) for block in blocks("json")]
CARDS = [{"front": "What is ebb?", "back": "Falling water"}]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def rest_client(server):
    alice = {"username": "alice", "password": PASSWORD}
    with httpx.Client(base_url=server.url, timeout=TIMEOUT_SECONDS) as client:
        client.post("/api/auth/register", json=alice).raise_for_status()
        token = client.post("/api/auth/token", json=alice).raise_for_status().json()["access"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@pytest.fixture
def session(rest_client):
    """Open a session with the request body of the guide's first step."""
    (model,) = re.findall(r"modelId: '(.*)'", sample("method: 'POST'"))
    response = rest_client.post("/api/webllm/session", json={"modelId": model})
    assert response.status_code == 201
    return response.json()


def guide_message(kind: str) -> dict:
    (message,) = [message for message in MESSAGES if message["type"] == kind]
    return message


def receive_until(socket, kind: str) -> dict:
    """Return the next message of this type and skip `progress` messages."""
    while (message := json.loads(socket.recv(timeout=TIMEOUT_SECONDS)))["type"] != kind:
        assert message["type"] == "progress", message
    return message


@pytest.mark.skipif(not ORIGINAL.exists(), reason="The original is not next to this checkout.")
def test_published_guide_equals_original():
    assert GUIDE.read_text() == ORIGINAL.read_text()


def test_guide_contains_exactly_five_message_types():
    assert [message["type"] for message in MESSAGES] == [
        "generate",
        "response",
        "progress",
        "result",
        "error",
    ]


@pytest.mark.parametrize("kind", ["generate", "response"])
def test_client_message_of_guide_is_accepted_unmodified(kind):
    assert protocol.decode(json.dumps(guide_message(kind))).__struct_config__.tag == kind


@pytest.mark.parametrize("kind", ["progress", "result", "error"])
def test_server_message_type_has_all_fields_of_guide(kind):
    (message_type,) = [
        message for message in asyncapi.GUIDE_SERVER_TYPES if message.__struct_config__.tag == kind
    ]
    assert set(guide_message(kind)) <= {"type", *message_type.__struct_encode_fields__}


def test_request_of_guide_gets_result_and_is_cached(session):
    with connect(session["wsUrl"], proxy=None) as socket:
        socket.send(json.dumps(guide_message("generate")))
        request = receive_until(socket, "generate")
        assert (request["prompt"], request["options"]) == (
            "Generate flashcards...",
            {"count": 10, "topic": "Topic"},
        )
        cards = [
            {"front": f"{number}. {card['front']}", "back": card["back"]}
            for number, card in enumerate(CARDS * 10)
        ]
        socket.send(json.dumps(guide_message("response") | {"data": {"cards": cards}}))
        result = receive_until(socket, "result")
        assert set(guide_message("result")) <= set(result)
        assert [card["front"] for card in result["data"]["cards"]] == [
            card["front"] for card in cards
        ]
        socket.send(json.dumps(guide_message("generate")))
        assert receive_until(socket, "result")["data"]["cached"]


def test_duplicate_response_does_not_affect_later_requests(session):
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
            receive_until(socket, "generate")
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
            assert receive_until(socket, "result")["data"]["cards"][0]["front"] == CARDS[0]["front"]


def test_error_has_fields_of_guide(session):
    with connect(session["wsUrl"], proxy=None) as socket:
        socket.send(json.dumps(guide_message("generate") | {"prompt": ""}))
        error = receive_until(socket, "error")
        assert set(guide_message("error")) <= set(error)
        assert isinstance(error["error"], str)


def test_session_is_read_and_closed_as_in_guide(rest_client, session):
    address = f"/api/webllm/session/{session['sessionId']}"
    assert rest_client.get(address).json()["status"] == "initializing"
    assert rest_client.delete(address).json() == {"success": True}
    assert rest_client.get(address).json()["status"] == "closed"
