"""The page detects what this browser can run and explains it."""

from collections.abc import Callable

from playwright.sync_api import Playwright

from tests.helpers.browser import launch_browser
from tests.helpers.engine_page import EnginePage


def test_with_webgpu_it_names_the_adapter(open_page: Callable[..., EnginePage]) -> None:
    webgpu = open_page().run("return (await engines.findEngines()).webgpu;")
    assert webgpu["available"] is True
    assert webgpu["adapter"]["architecture"] == "swiftshader"


def test_a_processor_in_the_place_of_the_graphics_card_is_told_with_what_to_do(
    open_page: Callable[..., EnginePage],
) -> None:
    webgpu = open_page().run("return (await engines.findEngines()).webgpu;")
    assert webgpu["adapter"]["isSoftware"] is True
    assert "without a graphics card" in webgpu["reason"]
    assert "chrome://settings/system" in webgpu["step"]


def test_without_webgpu_it_says_so_and_offers_wllama(
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
