"""Fixtures for a browser with software WebGPU and for pages that can run an engine."""

import fcntl
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.e2e.conftest import FROM_ONE_ADDRESS, launched
from tests.e2e.engines.models import KIT, add_webllm_models
from tests.processes import RunningServer, running_server

# The first flag is required to get an adapter. The second flag turns off bounds checks that cost a
# third of the speed.
WEBGPU = ("--enable-unsafe-webgpu", "--enable-dawn-features=disable_robustness")
# Chromium's message for work of WebGPU that is unfinished when its GPU process ends. A test ends
# that process, which all pages of a browser share.
GPU_PROCESS_ENDED = "A valid external Instance reference no longer exists."


@pytest.fixture(scope="module", autouse=True)
def _one_model_at_a_time(one_model_at_a_time: None) -> None:
    """Allow one module at a time, because every module in this package runs models."""


@pytest.fixture(scope="session")
def models_folder(small_model: Path) -> Path:
    """Return a folder with the GGUF model and, if the kit is available, the WebLLM models."""
    if KIT.exists():
        with (small_model / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            add_webllm_models(small_model)
    return small_model


@pytest.fixture(scope="package")
def server(
    tmp_path_factory: pytest.TempPathFactory, models_folder: Path
) -> Iterator[RunningServer]:
    """Run daphne with every model, for the tests of this package."""
    with running_server(
        tmp_path_factory.mktemp("server"),
        MINDFLIP_MODELS_DIR=str(models_folder),
        **FROM_ONE_ADDRESS,
    ) as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright, *WEBGPU) as running:
        yield running


@dataclass
class EnginePage:
    """A page of a signed-in user that runs scripts against its engines."""

    page: Page
    faults: list[str]
    first_load: dict[str, Any] = field(default_factory=dict)

    def run(self, script: str, argument: Any = None, seconds: float = 120) -> Any:
        """Run the body of an async function in the page and return its result.

        The script can use `engines` (the module), `models` (the catalogue) and `argument`. If it
        throws an error or takes longer than `seconds`, the result is {"error": {"code",
        "message"}}.
        """
        return self.page.evaluate(
            f"""async (argument) => {{
                const engines = await import("mindflip/engine");
                const {{ models }} = await (await fetch("/api/webllm/models")).json();
                const work = (async () => {{ {script} }})();
                const late = new Promise((_, reject) => setTimeout(() =>
                    reject(new Error("no end after {seconds} s")), {seconds * 1000}));
                return Promise.race([work, late]).catch((error) => ({{ error: {{
                    code: error.code ?? null, message: error.message }} }}));
            }}""",
            argument,
        )

    def load(self, model_id: str) -> dict[str, Any]:
        """Load a model into the page's `engine` and return its facts and all progress reports."""
        loaded = self.run(
            """globalThis.engine = engines.createEngine(
                models.find((model) => model.modelId === argument));
            const progress = [];
            await engine.load({ onProgress: (step) => progress.push(step) });
            return { facts: engine.facts, progress };""",
            model_id,
        )
        assert "error" not in loaded, loaded
        return loaded

    def generate(
        self, prompt: str, seconds: float = 120, stop_after: int = 0, **options: Any
    ) -> dict[str, Any]:
        """Send a prompt to the loaded engine and return its answer and all reported tokens.

        If `stop_after` is not 0, the generation is stopped when that number of tokens is reported.
        """
        return self.run(
            """const tokens = [];
            const stopping = new AbortController();
            const onToken = (token) => { tokens.push(token);
                if (token.tokens === argument.stopAfter) stopping.abort(); };
            const messages = [{ role: "user", content: argument.prompt }];
            const answer = await engine.generate(messages, { ...argument.options, onToken,
                signal: stopping.signal });
            return { ...answer, tokens };""",
            {"prompt": prompt, "options": options, "stopAfter": stop_after},
            seconds,
        )


@pytest.fixture(scope="module")
def open_page(browser: Browser, server: RunningServer) -> Iterator[Callable[..., EnginePage]]:
    """Return a function that opens the home page in a new browser profile, as a new user."""
    contexts: list[BrowserContext] = []
    opened: list[EnginePage] = []

    def open_signed_up(url: str = server.url, within: Browser = browser) -> EnginePage:
        # A service worker would hide requests from the tests.
        contexts.append(within.new_context(service_workers="block"))
        opened.append(_watched(contexts[-1].new_page()))
        page = opened[-1].page
        page.goto(f"{url}/sign-up")
        page.fill("[name=username]", f"alice-{secrets.token_hex(4)}")
        page.fill("[name=password1]", "correct horse battery")
        page.get_by_role("button", name="Make account").click()
        page.wait_for_url(f"{url}/")
        return opened[-1]

    yield open_signed_up
    for context in contexts:
        context.close()
    assert [page.faults for page in opened if page.faults] == []


def _watched(page: Page) -> EnginePage:
    watched = EnginePage(page, [])
    page.on(
        "pageerror",
        lambda error: (
            watched.faults.append(str(error)) if str(error) != GPU_PROCESS_ENDED else None
        ),
    )
    page.on(
        "console",
        lambda message: (
            watched.faults.append(message.text)
            if "Content Security Policy" in message.text
            else None
        ),
    )
    return watched


def read_cards(text: str) -> list[dict[str, str]]:
    return json.loads(text)
