"""The page detects what this browser can run and explains it."""

from collections.abc import Callable

from playwright.sync_api import Playwright

from tests.helpers.browser import launch_browser
from tests.helpers.engine_page import EnginePage


def test_webgpu_is_reported_as_available_with_its_adapter(
    open_page: Callable[..., EnginePage],
) -> None:
    webgpu = open_page().run("return (await engines.findEngines()).webgpu;")
    assert webgpu["available"] is True
    assert webgpu["adapter"]["architecture"] == "swiftshader"


def test_software_webgpu_is_reported_with_reason_and_next_step(
    open_page: Callable[..., EnginePage],
) -> None:
    webgpu = open_page().run("return (await engines.findEngines()).webgpu;")
    assert webgpu["adapter"]["isSoftware"] is True
    assert "without a graphics card" in webgpu["reason"]
    assert "chrome://settings/system" in webgpu["step"]


def test_missing_webgpu_is_reported_with_reason_while_wasm_is_available(
    playwright: Playwright, open_page: Callable[..., EnginePage]
) -> None:
    with launch_browser(playwright) as browser:
        page = open_page(within=browser)
        engines = page.run("return engines.findEngines();")
        page.page.context.close()
    assert engines["webgpu"]["available"] is False
    assert "uses no graphics card" in engines["webgpu"]["reason"]
    assert "chrome://settings/system" in engines["webgpu"]["step"]
    assert engines["wasm"]["available"] is True
