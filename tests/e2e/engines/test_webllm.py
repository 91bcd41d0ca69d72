"""Behavior of WebLLM only: GPUs that lack a feature or are lost, and a real answer of SmolLM2."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Playwright

from flashcards.grammar import response_format
from tests.helpers.browser import launch_browser
from tests.helpers.engine_page import EnginePage
from tests.helpers.webllm_models import KIT, NO_KIT, SMALL_WEBLLM, TINY

pytestmark = pytest.mark.skipif(not KIT.exists(), reason=NO_KIT)


def test_the_facts_name_the_graphics_card(open_page: Callable[..., EnginePage]) -> None:
    adapter = open_page().load(TINY)["facts"]["adapter"]
    assert adapter["vendor"] == "google"
    assert adapter["architecture"] == "swiftshader"
    assert "shader-f16" not in adapter["features"]
    assert adapter["limits"]["maxBufferSize"] >= 2**28


def test_a_model_that_needs_what_the_card_lacks_is_refused_in_words(
    open_page: Callable[..., EnginePage],
) -> None:
    refused = open_page().run(
        """const model = models.find((model) => model.modelId === argument);
        await engines.createEngine({ ...model, features: ["shader-f16"] }).load();""",
        TINY,
    )
    assert refused["error"]["code"] == "webgpu_unavailable"
    assert "lacks shader-f16" in refused["error"]["message"]


def test_without_webgpu_it_says_why_not(
    playwright: Playwright, open_page: Callable[..., EnginePage]
) -> None:
    with launch_browser(playwright) as browser:
        page = open_page(within=browser)
        refused = page.run(
            "await engines.createEngine(models.find((model) => model.modelId ==="
            " argument)).load();",
            TINY,
        )
        page.page.context.close()
    assert refused["error"]["code"] == "webgpu_unavailable"
    assert "WebGPU" in refused["error"]["message"]


def test_a_lost_graphics_card_fails_what_runs_and_the_model_can_be_loaded_again(
    open_page: Callable[..., EnginePage],
) -> None:
    page = open_page()
    page.load(TINY)
    page.run("""await new Promise((begun) => {
            const messages = [{ role: "user", content: "Tell me a long story." }];
            globalThis.lost = engine.generate(messages, { maxTokens: 2000, onToken: begun })
                .catch((error) => error);
        });""")
    _crash_the_gpu_process(page)
    error = page.run(
        "const error = await lost; return { code: error.code, message: error.message };"
    )
    assert error["code"] == "device_lost"
    assert "Load the model again" in error["message"]
    page.load(TINY)
    assert page.generate("Hello", maxTokens=2)["text"]


def _crash_the_gpu_process(page: EnginePage) -> None:
    browser = page.page.context.browser
    assert browser is not None
    browser.new_browser_cdp_session().send("Browser.crashGpuProcess")


def test_smollm2_writes_a_card_for_real(open_page: Callable[..., EnginePage]) -> None:
    page = open_page()
    page.load(SMALL_WEBLLM)
    answer = page.generate(
        "Write a flashcard about photosynthesis.",
        grammar=response_format(1)["grammar"],
        maxTokens=90,
        seconds=240,
    )
    assert answer["text"].startswith('[{"front":"')
    assert answer["finishReason"] in {"stop", "length"}  # a model this small may not finish
    if answer["finishReason"] == "stop":
        assert json.loads(answer["text"])[0]["back"]
