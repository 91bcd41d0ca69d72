"""A lost graphics card: the panel reloads the model once, and the generation continues."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.helpers.browser import WEBGPU, launch_browser
from tests.helpers.page_objects import GENERATION_TIMEOUT_MS, LOAD_TIMEOUT_MS, Visitor
from tests.helpers.webllm_models import KIT, NO_KIT, TINY

pytestmark = pytest.mark.skipif(not KIT.exists(), reason=NO_KIT)

FORGIVING = ("--disable-domain-blocking-for-3d-apis", "--disable-gpu-process-crash-limit")
"""Chromium denies GPU access to pages under which the GPU process crashed twice."""


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launch_browser(playwright, *WEBGPU, *FORGIVING) as running:
        yield running


@pytest.fixture
def writer(visitor: Visitor) -> Visitor:
    """Return a visitor who has loaded WebLLM's model."""
    visitor.open_as_new_user()
    page = visitor.page
    page.get_by_role("button", name="Change model").click()
    page.get_by_role("radio", name=f"{TINY} On this server").check()
    page.get_by_role("button", name="Use this model").click()
    visitor.load_model()
    return visitor


def lose_the_card(browser: Browser) -> None:
    browser.new_browser_cdp_session().send("Browser.crashGpuProcess")


def loads_again(visitor: Visitor) -> None:
    expect(visitor.model).to_have_attribute("data-state", "loading", timeout=LOAD_TIMEOUT_MS)
    visitor.wait_for_model()


def test_what_was_being_written_goes_on_with_the_model_loaded_again(
    writer: Visitor, browser: Browser
) -> None:
    writer.generate("Anything", 2)
    writer.wait_for_first_card()
    lose_the_card(browser)
    expect(writer.batch).to_contain_text("It goes on by itself", timeout=GENERATION_TIMEOUT_MS)
    loads_again(writer)
    writer.wait_for_batch()
    assert writer.fronts()


def test_a_card_that_is_lost_twice_before_anything_was_written_is_said_with_a_button(
    writer: Visitor, browser: Browser
) -> None:
    lose_the_card(browser)
    loads_again(writer)
    lose_the_card(browser)
    expect(writer.model).to_have_attribute("data-state", "failed", timeout=LOAD_TIMEOUT_MS)
    expect(writer.model).to_contain_text("The graphics card stopped working for this page")
    expect(writer.page.get_by_role("button", name="Try again")).to_be_visible()
