"""Behavior of wllama only: threads, and pages that have neither threads nor storage."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, Route

from tests.helpers.browser import launch_browser
from tests.helpers.engine_page import EnginePage
from tests.helpers.processes import RunningServer, running_server
from tests.helpers.webllm_models import SMALL_GGUF

SCHOOL = "school.localdomain"


def test_our_pages_may_use_threads(open_page: Callable[..., EnginePage]) -> None:
    page = open_page()
    assert page.run("return crossOriginIsolated;") is True
    cores = page.run("return navigator.hardwareConcurrency;")
    assert page.run("return (await engines.findEngines()).wasm;") == {
        "available": True,
        "reason": "",
        "threads": expected_threads(cores),
        "isCompat": False,
    }


def expected_threads(cores: int) -> int:
    """Return the number of threads that wllama should use on a device with this many cores.

    One core stays free. With more than four cores, half of them are used, but at most eight.
    """
    return max(1, cores - 1) if cores <= 4 else min(8, cores // 2)


def test_it_writes_sentences(open_page: Callable[..., EnginePage]) -> None:
    page = open_page()
    page.load(SMALL_GGUF)
    assert (
        "plant"
        in page.generate(
            "What do plants make by photosynthesis? Answer in one sentence.", maxTokens=40
        )["text"].lower()
    )


@pytest.fixture
def school_server(tmp_path: Path, models_folder: Path) -> Iterator[RunningServer]:
    """Run a server in a local network, without HTTPS."""
    deployment = {
        "MINDFLIP_ALLOWED_HOSTS": f"{SCHOOL},localhost",
        "MINDFLIP_HTTPS": "0",
        "MINDFLIP_SECRET_KEY": secrets.token_urlsafe(50),
    }
    with running_server(tmp_path, MINDFLIP_MODELS_DIR=str(models_folder), **deployment) as server:
        yield server


def test_on_a_plain_http_page_it_runs_without_storage_and_threads(
    playwright: Playwright, open_page: Callable[..., EnginePage], school_server: RunningServer
) -> None:
    with launch_browser(playwright, f"--host-resolver-rules=MAP {SCHOOL} 127.0.0.1") as browser:
        page = open_page(f"http://{SCHOOL}:{school_server.port}", within=browser)
        engines = page.run("return engines.findEngines();")
        page.load(SMALL_GGUF)
        text = page.generate("Hello", maxTokens=3)["text"]
        page.page.context.close()
    assert (
        engines["webgpu"]["reason"] == "WebGPU is only given to pages over HTTPS or on localhost."
    )
    assert "over HTTPS" in engines["webgpu"]["step"]
    assert engines["wasm"]["threads"] == 1
    assert text


def test_without_64_bit_memory_its_compatible_build_runs(
    open_page: Callable[..., EnginePage],
) -> None:
    page = open_page()
    page.page.context.route("**/engine/worker.*js", _as_in_safari)
    page.page.reload()
    page.load(SMALL_GGUF)
    assert page.generate("Hello", maxTokens=3)["text"]


def _as_in_safari(route: Route) -> None:
    """Serve the worker script with a WebAssembly that has 32-bit memory only and no JSPI."""
    answer = route.fetch()
    without = """
        delete WebAssembly.Suspending;
        const { Memory } = WebAssembly;
        WebAssembly.Memory = function (wish) {
            if (wish.address === "i64") throw new TypeError("no 64-bit memory");
            return new Memory(wish);
        };
        WebAssembly.Memory.prototype = Memory.prototype;
    """
    route.fulfill(response=answer, body=without + answer.text())
