"""Fixtures for a browser with software WebGPU and for pages that can run an engine."""

import fcntl
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.helpers.browser import WEBGPU, collect_errors, launch_browser, open_context
from tests.helpers.engine_page import EnginePage
from tests.helpers.processes import RATES_FOR_ONE_ADDRESS, RunningServer, running_server
from tests.helpers.quick_engine import MODEL
from tests.helpers.users import PASSWORD
from tests.helpers.webllm_models import KIT, add_webllm_models

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
    """Run daphne with every model, for the tests of this package. The small one checks answers."""
    with running_server(
        tmp_path_factory.mktemp("server"),
        MINDFLIP_MODELS_DIR=str(models_folder),
        MINDFLIP_ANSWER_CHECK_MODELS=MODEL,
        **RATES_FOR_ONE_ADDRESS,
    ) as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launch_browser(playwright, *WEBGPU) as running:
        yield running


@pytest.fixture(scope="module")
def open_page(browser: Browser, server: RunningServer) -> Iterator[Callable[..., EnginePage]]:
    """Return a function that opens the home page in a new browser profile, as a new user."""
    contexts: list[BrowserContext] = []
    engine_pages: list[EnginePage] = []

    def open_as_new_user(url: str = server.url, within: Browser = browser) -> EnginePage:
        # A service worker would hide requests from the tests.
        contexts.append(open_context(within, service_workers="block"))
        page = contexts[-1].new_page()
        engine_pages.append(EnginePage(page, collect_errors(page)))
        page.goto(f"{url}/sign-up")
        page.fill("[name=username]", f"alice-{secrets.token_hex(4)}")
        page.fill("[name=password1]", PASSWORD)
        page.get_by_role("button", name="Make account").click()
        page.wait_for_url(f"{url}/")
        return engine_pages[-1]

    yield open_as_new_user
    for context in contexts:
        context.close()
    errors = [error for page in engine_pages for error in page.errors if error != GPU_PROCESS_ENDED]
    assert errors == []
