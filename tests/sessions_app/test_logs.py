"""What a real daphne writes into its log, and what it must not."""

import json

import httpx
from websockets.sync.client import connect

from tests.processes import running_server

PROMPT = "a prompt that is nobody's business"


def test_no_ticket_token_or_prompt_reaches_the_log(tmp_path):
    with running_server(tmp_path, MINDFLIP_LOG_LEVEL="DEBUG") as server, httpx.Client(base_url=server.url) as client:
        who = {"username": "alice", "password": "correct horse battery"}
        client.post("/api/auth/register", json=who).raise_for_status()
        tokens = client.post("/api/auth/token", json=who).json()
        client.headers["Authorization"] = f"Bearer {tokens['access']}"
        session = client.post("/api/webllm/session", json={"modelId": "m"}).json()
        with connect(session["wsUrl"]) as socket:
            socket.send(json.dumps({"type": "generate", "prompt": PROMPT}))
            assert json.loads(socket.recv(10))["type"] == "progress"
            socket.send("{nonsense")
        client.delete(f"/api/webllm/session/{session['sessionId']}").raise_for_status()
    log = server.log()
    assert session["sessionId"] in log, "the log tells of the session"
    for secret in (session["wsUrl"].partition("=")[2], tokens["access"], tokens["refresh"], PROMPT, who["password"]):
        assert secret not in log
