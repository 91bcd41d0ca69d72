"""Behavior of WebLLM only: GPUs that lack a feature or are lost, and real output of SmolLM2."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Playwright

from flashcards.grammar import response_format
from tests.helpers.browser import launch_browser
from tests.helpers.engine_page import EnginePage
from tests.helpers.webllm_models import KIT, NO_KIT, SMALL_WEBLLM, TINY

pytestmark = pytest.mark.skipif(not KIT.exists(), reason=NO_KIT)


def test_engine_facts_describe_gpu_adapter(open_page: Callable[..., EnginePage]) -> None:
    adapter = open_page().load(TINY)["facts"]["adapter"]
    assert adapter["vendor"] == "google"
    assert adapter["architecture"] == "swiftshader"
    assert "shader-f16" not in adapter["features"]
    assert adapter["limits"]["maxBufferSize"] >= 2**28


def test_model_is_rejected_if_gpu_lacks_required_feature(
    open_page: Callable[..., EnginePage],
) -> None:
    result = open_page().run(
        """const model = models.find((model) => model.modelId === argument);
        await engines.createEngine({ ...model, features: ["shader-f16"] }).load();""",
        TINY,
    )
    assert result["error"]["code"] == "webgpu_unavailable"
    assert "lacks shader-f16" in result["error"]["message"]


def test_loading_fails_with_reason_without_webgpu(
    playwright: Playwright, open_page: Callable[..., EnginePage]
) -> None:
    with launch_browser(playwright) as browser:
        page = open_page(within=browser)
        result = page.run(
            "await engines.createEngine(models.find((model) => model.modelId ==="
            " argument)).load();",
            TINY,
        )
        page.page.context.close()
    assert result["error"]["code"] == "webgpu_unavailable"
    assert "WebGPU" in result["error"]["message"]


def test_lost_gpu_fails_generation_and_model_can_be_reloaded(
    open_page: Callable[..., EnginePage],
) -> None:
    page = open_page()
    page.load(TINY)
    page.run("""await new Promise((resolve) => {
            const messages = [{ role: "user", content: "Tell me a long story." }];
            globalThis.lost = engine.generate(messages, { maxTokens: 2000, onToken: resolve })
                .catch((error) => error);
        });""")
    _crash_gpu_process(page)
    error = page.run(
        "const error = await lost; return { code: error.code, message: error.message };"
    )
    assert error["code"] == "device_lost"
    assert "Load the model again" in error["message"]
    page.load(TINY)
    assert page.generate("Hello", maxTokens=2)["text"]


def _crash_gpu_process(page: EnginePage) -> None:
    browser = page.page.context.browser
    assert browser is not None
    browser.new_browser_cdp_session().send("Browser.crashGpuProcess")


def test_smollm2_generates_card_that_follows_grammar(open_page: Callable[..., EnginePage]) -> None:
    page = open_page()
    page.load(SMALL_WEBLLM)
    answer = page.generate(
        "Write a flashcard about photosynthesis.",
        grammar=response_format(1)["grammar"],
        maxTokens=90,
    )
    assert answer["text"].startswith('[{"front":"')
    assert answer["finishReason"] in {"stop", "length"}  # a model this small may not finish
    if answer["finishReason"] == "stop":
        assert json.loads(answer["text"])[0]["back"]
