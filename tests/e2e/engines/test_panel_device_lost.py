"""A lost graphics card: the panel reloads the model once, and the generation continues."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.helpers.browser import WEBGPU, launch_browser
from tests.helpers.page_objects import Visitor
from tests.helpers.processes import eventually
from tests.helpers.webllm_models import KIT, NO_KIT, TINY

pytestmark = pytest.mark.skipif(not KIT.exists(), reason=NO_KIT)

ALLOW_GPU_CRASHES = ("--disable-domain-blocking-for-3d-apis", "--disable-gpu-process-crash-limit")
"""Chromium denies GPU access to pages under which the GPU process crashed twice."""


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launch_browser(playwright, *WEBGPU, *ALLOW_GPU_CRASHES) as running:
        yield running


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    """Return a visitor with a loaded WebLLM model."""
    visitor.open_as_new_user()
    page = visitor.page
    page.get_by_role("button", name="Change model").click()
    page.get_by_role("radio", name=f"{TINY} On this server").check()
    page.get_by_role("button", name="Use this model").click()
    visitor.load_model()
    return visitor


def crash_gpu_process(browser: Browser) -> None:
    browser.new_browser_cdp_session().send("Browser.crashGpuProcess")


def wait_for_model_reload(visitor: Visitor) -> None:
    expect(visitor.model).to_have_attribute("data-state", "loading")
    visitor.wait_for_model()


def token_count(visitor: Visitor) -> int:
    match = re.search(r"([\d,]+) tokens? in", visitor.batch.inner_text())
    assert match
    return int(match[1].replace(",", ""))


def test_generation_continues_with_reloaded_model_after_device_loss(
    student: Visitor, browser: Browser
) -> None:
    student.generate("Anything", 2)
    student.wait_for_first_tokens()
    crash_gpu_process(browser)
    expect(student.batch).to_contain_text("It goes on by itself")
    expect(student.model).to_have_attribute("data-state", "loading")
    before = token_count(student)
    student.wait_for_model()
    eventually(lambda: token_count(student) > before)
    # The model writes random words and never ends its answer.
    student.page.get_by_role("button", name="Stop").click()
    student.wait_for_batch("stopped")


def test_second_device_loss_without_generation_shows_error_and_retry(
    student: Visitor, browser: Browser
) -> None:
    crash_gpu_process(browser)
    wait_for_model_reload(student)
    crash_gpu_process(browser)
    expect(student.model).to_have_attribute("data-state", "failed")
    expect(student.model).to_contain_text("The graphics card stopped working for this page")
    expect(student.page.get_by_role("button", name="Try again")).to_be_visible()
