"""The built-in model in the page's own engine, in headless Chromium."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.cards.errors import BenchmarkError
from benchmarks.cards.native import Answer, NativeModel
from mindflip.embedded import local_model, static_files
from mindflip.embedded.servers import temporary_servers
from tests.helpers.browser import chromium_path, collect_errors, launch_browser, open_context
from tests.helpers.engine_page import EnginePage
from tests.helpers.page_objects import Visitor
from tests.helpers.processes import ROOT, RunningServer, running_server

ANSWER_SECONDS = 1_800
GENERATE = """
const { messages, ...options } = argument;
const stopping = new AbortController();
let soFar = "";
const onToken = async (token) => {
    soFar += token.text;
    if (soFar.endsWith("}") && (await isEnough(soFar))) stopping.abort();
};
const { signal } = stopping;
const { text, usage } = await engine.generate(messages, { ...options, onToken, signal });
return { text, seconds: usage.seconds };
"""


class BrowserModel:
    """A model that is loaded in a page, with the interface of `NativeModel`.

    The page's engine has no seed, so only answers at temperature 0 can be repeated.
    """

    def __init__(self, native: NativeModel, page: EnginePage) -> None:
        self.name = f"{native.name} in Chromium"
        self.fingerprint = f"{native.fingerprint} in Chromium"
        self._native = native
        self._page = page
        self._is_enough: Callable[[str], bool] = lambda text: False
        page.page.expose_function("isEnough", lambda text: self._is_enough(text))

    def parameter_count(self) -> int:
        return self._native.parameter_count()

    def complete(self, request: Mapping[str, Any], is_enough: Callable[[str], bool]) -> Answer:
        self._is_enough = is_enough
        options = {
            "messages": request["messages"],
            "grammar": request["grammar"],
            "temperature": request["temperature"],
            "repetitionPenalty": request["repeat_penalty"],
            "maxTokens": request["max_tokens"],
        }
        result = self._page.run(GENERATE, options, seconds=ANSWER_SECONDS)
        if "error" in result:
            raise BenchmarkError(f"The page's engine failed: {result['error']['message']}")
        return Answer(result["text"], result["seconds"])


@contextmanager
def browser_model(native: NativeModel) -> Iterator[BrowserModel]:
    """Serve the built-in model, and yield it loaded in a page of a new user."""
    if chromium_path() is None:
        raise BenchmarkError(
            "Chromium was not found. Install it with `python -m tests.helpers.chromium`, or set"
            " MINDFLIP_CHROMIUM to its path."
        )
    with (
        temporary_servers() as environment,
        tempfile.TemporaryDirectory() as data_dir,
        tempfile.TemporaryDirectory() as server_folder,
        sync_playwright() as playwright,
    ):
        os.environ.update(environment | {"MINDFLIP_DATA_DIR": data_dir})
        (Path(data_dir) / "static").symlink_to(
            static_files.shared_copy(ROOT / "var" / "test-static")
        )
        models_folder = str(native.path.parent)
        with (
            running_server(Path(server_folder), MINDFLIP_MODELS_DIR=models_folder) as server,
            launch_browser(playwright) as browser,
            open_context(browser, service_workers="block") as context,
        ):
            page = _open_page(context.new_page(), server)
            page.load(str(local_model.DESCRIPTION["modelId"]))
            yield BrowserModel(native, page)


def _open_page(page: Page, server: RunningServer) -> EnginePage:
    visitor = Visitor(page, server, "student")
    visitor.register()
    visitor.sign_in_with_cookie()
    visitor.open()
    return EnginePage(page, collect_errors(page))
