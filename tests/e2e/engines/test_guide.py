"""The integration guide's samples and client, run unmodified in a browser.

They run with the real WebLLM against a real daphne. In the models folder, the guide's model ID
belongs to a small random model, which is fast but writes nonsense.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.guide import client_class, sample
from tests.helpers.browser import WEBGPU, launch_browser
from tests.helpers.processes import RunningServer, eventually, running_server
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.helpers.users import PASSWORD
from tests.helpers.webllm_models import KIT, NO_KIT, TINY

MODEL = "Llama-3-8B-Instruct-q4f16_1-MLC"
ORIGIN = "http://localhost:3000"
FETCH_STATUS = """async ({ token, sessionId }) => {
  const response = await fetch(`/api/webllm/session/${sessionId}`, { headers: {
      Authorization: `Bearer ${token}` } });
  return (await response.json()).status;
}"""
# The guide leaves parsing the model's text to its reader. This parser makes cards from any text.
PARSER = """(text) => {
  const words = [...new Set(text.split(/[^\\p{L}\\p{N}]+/u).filter(Boolean))];
  return words.slice(0, 10).map((word, n) => ({ front: `${word} ${n}`, back: `the word ${word}` }));
}"""

pytestmark = pytest.mark.skipif(not KIT.exists(), reason=NO_KIT)


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, models_folder: Path
) -> Iterator[RunningServer]:
    """Run daphne with the guide's model in its models folder."""
    models = tmp_path_factory.mktemp("models")
    shutil.copytree(models_folder / TINY, models / MODEL)
    shutil.copy(models_folder / f"{TINY}.wasm", models / MODEL / "model.wasm")
    description = {
        "engine": "webllm",
        "modelId": MODEL,
        "weights": ".",
        "library": "model.wasm",
        "overrides": {"context_window_size": 256},
    }
    (models / MODEL / "mindflip-model.json").write_text(json.dumps(description))
    with running_server(
        tmp_path_factory.mktemp("server"), MINDFLIP_MODELS_DIR=str(models)
    ) as running:
        yield running


@pytest.fixture(scope="module")
def token(server: RunningServer) -> str:
    credentials = {"username": "alice", "password": PASSWORD}
    with server.client() as client:
        client.post("/api/auth/register", json=credentials).raise_for_status()
        return client.post("/api/auth/token", json=credentials).json()["access"]


@pytest.fixture
def page(playwright: Playwright, server: RunningServer, token: str) -> Iterator[Page]:
    """Yield the Make page at exactly the address that the guide uses."""
    mapping = f"--host-resolver-rules=MAP localhost:3000 127.0.0.1:{server.port}"
    with launch_browser(playwright, *WEBGPU, mapping) as browser:
        page = browser.new_page(service_workers="block")  # it would bypass the test's route
        page.set_default_timeout(TIMEOUT_SECONDS * 1000)
        page.goto(f"{ORIGIN}/sign-in")
        page.get_by_label("Username").fill("alice")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{ORIGIN}/")
        yield page


def run_module(page: Page, source: str) -> dict:
    """Load the source as a module of the page and return its export `outcome`."""
    page.route(
        "**/guide-sample.js",
        lambda route: route.fulfill(content_type="text/javascript", body=source),
    )
    return page.evaluate("async () => (await import('/guide-sample.js')).outcome")


def test_guide_samples_generate_cards_when_run_in_order(page, token):
    source = f"""
const token = {json.dumps(token)};
const reports = [];
let handleResult;
const result = new Promise((resolve) => (handleResult = resolve));
const updateProgress = (progress, message) => reports.push([progress, message]);
const parseFlashcards = {PARSER};
{sample("method: 'POST'")}
{sample("import * as webllm from '@mlc-ai/web-llm'")}
{sample("const ws = new WebSocket(wsUrl)")}
{sample("async function handleGenerationRequest")}
await new Promise((resolve) => ws.addEventListener("open", resolve));
{sample("prompt: 'Generate flashcards about Neural Networks'")}
const {{ cards }} = await result;
ws.close();
export const outcome = {{ cards, reports, sessionId }};
"""
    outcome = run_module(page, source)
    assert len(outcome["cards"]) == 10
    assert all(card["id"] and card["front"] and card["back"] for card in outcome["cards"])
    assert [0, "Queued"] in outcome["reports"]
    assert outcome["reports"][-1][0] == 100


def test_guide_session_samples_return_status_and_close_session(page, token):
    source = f"""
const token = {json.dumps(token)};
{sample("method: 'POST'")}
const statuses = [];
const log = console.log;
console.log = (label, status) => statuses.push(status);
{{ {sample("console.log('Status:', session.status)")} }}
{{ {sample("method: 'DELETE'")} }}
{{ {sample("console.log('Status:', session.status)")} }}
console.log = log;
export const outcome = statuses;
"""
    assert run_module(page, source) == ["initializing", "closed"]


def client_module(token: str, calls: str) -> str:
    """Return a module that creates and connects the guide's `client` and then runs `calls`."""
    client, (make, initialize, _) = client_class()
    return f"""
import * as webllm from '@mlc-ai/web-llm';
const token = {json.dumps(token)};
{client}
WebLLMClient.prototype.parseFlashcards = {PARSER};
{make}
{initialize}
if (client.ws.readyState === WebSocket.CONNECTING) await new Promise((resolve) =>
    client.ws.addEventListener("open", resolve));
{calls}
client.close();
"""


def test_guide_client_generates_cards_reads_cache_and_closes_session(page, token):
    _, (*_, generate) = client_class()
    calls = f"""{generate}
const repeated = await client.generateFlashcards('Neural Networks', 10);
export const outcome = {{ cards, repeated, sessionId: client.sessionId }};
"""
    outcome = run_module(page, client_module(token, calls))
    assert len(outcome["cards"]["cards"]) == 10
    assert outcome["repeated"] == {"cards": outcome["cards"]["cards"], "cached": True}
    argument = {"token": token, "sessionId": outcome["sessionId"]}
    eventually(lambda: page.evaluate(FETCH_STATUS, argument) == "closed")


def test_guide_client_gets_all_cards_if_it_sends_each_response_twice(page, token):
    calls = """
const send = client.ws.send.bind(client.ws);
client.ws.send = (text) => { send(text); if (JSON.parse(text).type === "response") send(text); };
export const outcome = [];
for (const topic of ["Ebb", "Flow", "Ebb"]) outcome.push((await client.generateFlashcards(topic,
    1)).cards.length);
"""
    assert run_module(page, client_module(token, calls)) == [1, 1, 1]
