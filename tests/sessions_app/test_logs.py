"""Logs and error reports of real processes: what they contain, and what they must not contain."""

import gzip
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import ClientConnection, connect

from mindflip.embedded.process import Service
from mindflip.embedded.servers import free_port
from tests.helpers.processes import RunningServer, eventually, running_server
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.helpers.users import PASSWORD

PROMPT = "a prompt that is nobody's business"
REJECTED_PROMPT = "a prompt that the database refuses\nin two lines)."
CARD = {"front": "a front that is private", "back": "a back that is private"}
CREDENTIALS = {"username": "alice", "password": PASSWORD}
REQUEST_ID = "from-the-proxy.1"
GENERATIONS_ENDED = "mindflip_generations_ended_total"
# PostgreSQL quotes rows like this in many of its errors.
REJECTING_TRIGGER = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'this row is refused' USING DETAIL = 'Failing row contains (' || NEW.prompt
|| ').'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON sessions_app_generation FOR EACH ROW
    EXECUTE FUNCTION refuse();
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run one complete flow at DEBUG, and return what the processes wrote.

    The result has the logs, metrics and exit codes of all processes, the error reports, the secrets
    that were sent, and the IDs of the session and generations.
    """
    settings = {
        "MINDFLIP_LOG_LEVEL": "DEBUG",
        "MINDFLIP_LOG_FORMAT": "json",
        "MINDFLIP_WORKER_HEARTBEAT_TIMEOUT": "3",
        "MINDFLIP_SWEEP_SECONDS": "1",
    }
    folder, port = tmp_path_factory.mktemp("logs"), free_port()
    settings |= {"MINDFLIP_WORKER_METRICS_PORT": str(port)}
    with (
        _report_server() as (dsn, reports),
        running_server(folder, worker=True, beat=True, SENTRY_DSN=dsn, **settings) as server,
    ):
        recorded = _run_flow(server)
        eventually(lambda: len(reports) >= 2)
        eventually(lambda: '"task":"mindflip.tasks.record_beat_heartbeat"' in server.log("worker"))
        metrics = {
            name: httpx.get(f"{url}/metrics", timeout=TIMEOUT_SECONDS).text
            for name, url in {"web": server.url, "worker": f"http://127.0.0.1:{port}"}.items()
        }
        codes = [_stop(server.beat), _stop(server.worker)]
        logs = {name: server.log(name) for name in ("web", "worker", "beat")}
    return recorded | {
        "logs": logs,
        "metrics": metrics,
        "codes": codes,
        "reports": [json.loads(report.split("\n")[2]) for report in reports],
    }


def _stop(service: Service) -> int:
    service.stop()
    return service.process.returncode


@contextmanager
def _report_server() -> Iterator[tuple[str, list[str]]]:
    """Run a server that replaces Sentry, and yield its DSN and the envelopes that it receives."""
    reports: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reports.append(
                (
                    gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body
                ).decode()
            )
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Discard the access log."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://key@127.0.0.1:{server.server_port}/1", reports
        server.shutdown()


def _run_flow(server: RunningServer) -> dict[str, Any]:
    with httpx.Client(base_url=server.url, timeout=TIMEOUT_SECONDS) as client:
        client.post("/api/auth/register", json=CREDENTIALS).raise_for_status()
        tokens = client.post("/api/auth/token", json=CREDENTIALS).json()
        client.get(
            "/api/webllm/session",
            params={"token": tokens["access"]},
            headers={"X-Request-ID": REQUEST_ID},
        )
        client.headers["Authorization"] = f"Bearer {tokens['access']}"
        session = client.post("/api/webllm/session", json={"modelId": "m"}).json()
        client.get(session["wsUrl"].replace("ws://", "http://"))
        with connect(session["wsUrl"]) as socket:
            completed = _complete_generation(socket)
        _let_generation_time_out(server, client, session["sessionId"])
        with connect(session["wsUrl"], subprotocols=["mindflip.v1"]) as socket:
            cancelled = _cancel_generation(socket)
            _cause_exception(server, socket)
        body = {"prompt": REJECTED_PROMPT, "options": {"count": 1}}
        assert (
            client.post(
                f"/api/webllm/session/{session['sessionId']}/generations?token=x", json=body
            ).status_code
            == 500
        )
        client.delete(f"/api/webllm/session/{session['sessionId']}").raise_for_status()
    ticket = session["wsUrl"].partition("=")[2]
    secrets = [
        ticket,
        tokens["access"],
        tokens["refresh"],
        PROMPT,
        REJECTED_PROMPT,
        *REJECTED_PROMPT.split("\n"),
        *CARD.values(),
        CREDENTIALS["password"],
    ]
    return {
        "secrets": secrets,
        "session": session["sessionId"],
        "completed": completed,
        "cancelled": cancelled,
    }


def _complete_generation(socket: ClientConnection) -> str:
    """Request a card, write it on the same socket, and return the generation's ID.

    Frames that are not valid messages are sent first.
    """
    for frame in (
        "{nonsense",
        json.dumps({"type": "generate", "prompt": PROMPT, "options": {"count": PROMPT}}),
        json.dumps([PROMPT]),
    ):
        socket.send(frame)
        _receive_type(socket, "error")
    _send(socket, type="generate", prompt=PROMPT, options={"count": 1})
    request = _receive_type(socket, "generate")
    _send(socket, type="response", cacheKey=request["cacheKey"], data={"cards": [CARD]})
    return _receive_type(socket, "result")["generationId"]


def _let_generation_time_out(server: RunningServer, client: httpx.Client, session_id: str) -> None:
    """Request a generation without an engine, and wait until the worker's sweep ends it."""
    with psycopg.connect(server.database_url, autocommit=True) as connection:
        engines = "SELECT count(*) FROM sessions_app_engine"
        eventually(lambda: connection.execute(engines).fetchone() == (0,))
        body = {"prompt": PROMPT, "options": {"count": 3}}
        response = client.post(f"/api/webllm/session/{session_id}/generations", json=body)
        generation_id = response.raise_for_status().json()["generationId"]
        connection.execute(
            "UPDATE sessions_app_generation SET queued_at = now() - interval '1 day' WHERE id = %s",
            [generation_id],
        )
    address = f"/api/webllm/generations/{generation_id}"
    eventually(lambda: client.get(address).json()["code"] == "no_engine")


def _cancel_generation(socket: ClientConnection) -> str:
    _send(socket, type="ready", modelId="m", engine="webllm")
    _send(socket, type="generate", prompt=PROMPT, requestId="r1", options={"count": 2})
    request = _receive_type(socket, "generate")
    _send(
        socket,
        type="card",
        index=0,
        card=CARD,
        **{name: request[name] for name in ("generationId", "lease")},
    )
    _receive_type(socket, "card")
    _send(socket, type="cancel", generationId=request["generationId"])
    _receive_type(socket, "error")
    return request["generationId"]


def _cause_exception(server: RunningServer, socket: ClientConnection) -> None:
    """Cause an exception that quotes the row."""
    with psycopg.connect(server.database_url, autocommit=True) as connection:
        connection.execute(REJECTING_TRIGGER)
    _send(socket, type="generate", prompt=REJECTED_PROMPT, requestId="r2")
    assert _receive_type(socket, "error")["code"] == "internal"


def _send(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def _receive_type(socket: ClientConnection, kind: str) -> dict[str, Any]:
    while (message := json.loads(socket.recv(60)))["type"] != kind:
        pass
    return message


def _log_lines(recorded: dict[str, Any], name: str = "web") -> list[dict[str, Any]]:
    return [json.loads(line) for line in recorded["logs"][name].splitlines()]


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_log_lines_are_json_with_time_level_logger_and_message(recorded, name):
    assert all(
        {"time", "level", "logger", "message"} <= line.keys() for line in _log_lines(recorded, name)
    )


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_logs_contain_no_ticket_token_password_prompt_or_card(recorded, name):
    assert [
        secret
        for secret in recorded["secrets"]
        if secret in recorded["logs"][name] or json.dumps(secret)[1:-1] in recorded["logs"][name]
    ] == []


def test_log_lines_about_session_or_generation_contain_its_id(recorded):
    lines = _log_lines(recorded)
    assert any(
        line["message"].startswith("Socket opened") and line["session_id"] == recorded["session"]
        for line in lines
    )
    ended = {
        line["generation_id"]: line["session_id"]
        for line in lines
        if "succeeded" in line["message"]
    }
    assert ended == {recorded["completed"]: recorded["session"]}
    assert all(
        line["session_id"] == recorded["session"]
        for line in lines
        if line.get("generation_id") == recorded["cancelled"]
    )


def test_errors_are_logged_with_traceback_and_session_id(recorded):
    errors = [line for line in _log_lines(recorded) if line["level"] == "ERROR"]
    assert {line["logger"] for line in errors} == {"sessions_app.consumers", "django.request"}
    for error in errors:
        assert error["session_id"] == recorded["session"]
        assert "this row is refused" in error["traceback"]


def test_error_reports_contain_session_id_and_no_secrets(recorded):
    assert {report["tags"]["session_id"] for report in recorded["reports"]} == {recorded["session"]}
    text = json.dumps(recorded["reports"])
    assert "this row is refused" in text
    assert [
        secret for secret in [*recorded["secrets"], "token=x"] if json.dumps(secret)[1:-1] in text
    ] == []


def test_sentry_sdk_is_not_imported_without_dsn():
    assert "sentry_sdk" not in sys.modules


def test_request_is_logged_with_id_from_proxy_or_generated_id(recorded):
    requests = [
        line for line in _log_lines(recorded) if line["logger"] == "mindflip.monitoring.middleware"
    ]
    assert all(
        line["request_id"] and line["method"] and line["status"] and "?" not in line["path"]
        for line in requests
    )
    (from_proxy,) = [line for line in requests if line["request_id"] == REQUEST_ID]
    assert (from_proxy["path"], from_proxy["status"]) == ("/api/webllm/session", 401)


def test_server_and_worker_return_their_own_metrics(recorded):
    scraped = {
        name: {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        for name, text in recorded["metrics"].items()
    }
    assert scraped["web"][GENERATIONS_ENDED, "cancelled", "cancelled"] == 1
    assert scraped["web"]["mindflip_faults_total", "socket"] == 1
    assert scraped["worker"]["mindflip_leaving",] == 0
    ended = {
        name: {tuple(labels) for family, *labels in samples if family == GENERATIONS_ENDED}
        for name, samples in scraped.items()
    }
    assert ("no_engine", "failed") in ended["worker"]
    assert not ended["web"] & ended["worker"]
    assert ("mindflip_faults_total", "socket") not in scraped["worker"]
    assert all(process["process_cpu_seconds_total",] > 0 for process in scraped.values())


def test_beat_and_worker_exit_with_status_0_when_stopped(recorded):
    assert recorded["codes"] == [0, 0]
    assert any("Warm shutdown" in line["message"] for line in _log_lines(recorded, "worker")), (
        recorded["logs"]["worker"][-2000:]
    )


def test_log_lines_of_task_contain_task_name_and_id(recorded):
    lines = [
        line
        for line in _log_lines(recorded, "worker")
        if line.get("task") == "mindflip.tasks.record_beat_heartbeat"
    ]
    assert all(line["task_id"] for line in lines)
    assert lines
