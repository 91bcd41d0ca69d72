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

SCHOOL_HOST = "school.localdomain"


def test_cross_origin_isolated_page_reports_wllama_threads(
    open_page: Callable[..., EnginePage],
) -> None:
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


def test_generated_text_is_about_topic_of_prompt(open_page: Callable[..., EnginePage]) -> None:
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
    settings = {
        "MINDFLIP_ALLOWED_HOSTS": f"{SCHOOL_HOST},localhost",
        "MINDFLIP_HTTPS": "0",
        "MINDFLIP_SECRET_KEY": secrets.token_urlsafe(50),
    }
    with running_server(tmp_path, MINDFLIP_MODELS_DIR=str(models_folder), **settings) as server:
        yield server


def test_plain_http_page_runs_wllama_with_one_thread_without_webgpu(
    playwright: Playwright, open_page: Callable[..., EnginePage], school_server: RunningServer
) -> None:
    with launch_browser(
        playwright, f"--host-resolver-rules=MAP {SCHOOL_HOST} 127.0.0.1"
    ) as browser:
        page = open_page(f"http://{SCHOOL_HOST}:{school_server.port}", within=browser)
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


def test_wllama_generates_without_64_bit_memory_and_jspi(
    open_page: Callable[..., EnginePage],
) -> None:
    page = open_page()
    page.page.context.route("**/engine/worker.*js", _remove_memory64_and_jspi)
    page.page.reload()
    page.load(SMALL_GGUF)
    assert page.generate("Hello", maxTokens=3)["text"]


def _remove_memory64_and_jspi(route: Route) -> None:
    """Serve the worker script without 64-bit WebAssembly memory and JSPI, as in Safari."""
    response = route.fetch()
    removal = """
        delete WebAssembly.Suspending;
        const { Memory } = WebAssembly;
        WebAssembly.Memory = function (descriptor) {
            if (descriptor.address === "i64") throw new TypeError("no 64-bit memory");
            return new Memory(descriptor);
        };
        WebAssembly.Memory.prototype = Memory.prototype;
    """
    route.fulfill(response=response, body=removal + response.text())
