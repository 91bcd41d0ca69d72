"""Fixtures for the browser tests: a real browser, a real server and the default model.

Playwright's synchronous API keeps an event loop running while it is open, which is during all tests
of the package. Async tests and Django's ORM therefore can't be used here. Tests that don't need a
browser are in the test packages of their apps.
"""

import fcntl
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from mindflip.embedded import local_model
from tests.helpers.browser import checked_page, chromium_path, launch_browser, open_context
from tests.helpers.page_objects import Visitor
from tests.helpers.processes import RATES_FOR_ONE_ADDRESS, ROOT, RunningServer, running_server
from tests.helpers.timeouts import TIMEOUT_SECONDS

expect.set_options(timeout=TIMEOUT_SECONDS * 1000)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    chromium_path()  # must run first, because the search may start its own Playwright
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def one_model_at_a_time() -> Iterator[None]:
    """Hold a lock, because two models at the same time overload a small machine and time out."""
    with (ROOT / "var" / "test-models.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Yield a Chromium without WebGPU, as on most school computers."""
    with launch_browser(playwright) as running:
        yield running


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Return a factory of new browser profiles, with the options of Playwright's `new_context`."""
    contexts: list[BrowserContext] = []

    def create(**options: object) -> BrowserContext:
        contexts.append(open_context(browser, **options))
        return contexts[-1]

    yield create
    for context in contexts:
        context.close()


@pytest.fixture
def fresh_page(new_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """Yield a page in a new profile."""
    # A service worker would hide requests from tests that block them.
    with checked_page(new_context(service_workers="block")) as page:
        yield page


@pytest.fixture
def page(fresh_page: Page) -> Page:
    """Return the page that `visitor` uses."""
    return fresh_page


@pytest.fixture(scope="module")
def model_context(browser: Browser) -> Iterator[BrowserContext]:
    """Yield a profile for all tests of a module, so that the model is downloaded only once."""
    context = open_context(browser, service_workers="block")
    yield context
    context.close()


@pytest.fixture
def model_page(model_context: BrowserContext, server: RunningServer) -> Iterator[Page]:
    """Yield a page in a profile in which the model may be stored, but nothing else."""
    with checked_page(model_context) as page:
        yield page
        page.goto("about:blank")
        # The model is stored as a file, so clearing these storage types keeps it.
        data_to_clear = {
            "origin": server.url,
            "storageTypes": "cookies,local_storage,indexeddb,cache_storage",
        }
        model_context.new_cdp_session(page).send("Storage.clearDataForOrigin", data_to_clear)
        page.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, small_model: Path) -> Iterator[RunningServer]:
    """Run daphne with an empty database and the small model, for all tests of this worker."""
    with running_server(
        tmp_path_factory.mktemp("server"),
        MINDFLIP_MODELS_DIR=str(small_model),
        **RATES_FOR_ONE_ADDRESS,
    ) as running:
        yield running


@pytest.fixture
def visitor(page: Page, server: RunningServer) -> Visitor:
    """Return a visitor without an account."""
    return Visitor(page, server, f"student-{secrets.token_hex(4)}")


@pytest.fixture(scope="session")
def small_model() -> Path:
    """Return a models folder with SmolLM2-135M as GGUF.

    The model is fetched once per checkout, in the same way as on a first start.
    """
    folder = ROOT / "var" / "test-models"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one test worker fetches it while the others wait
        if not local_model.is_fetched(folder):
            local_model.fetch(folder)
    return folder
