"""The Make page in a browser with WebGPU: WebLLM with a tiny model of random words."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.page_objects import Visitor
from tests.helpers.webllm_models import KIT, NO_KIT, TINY


@pytest.mark.skipif(not KIT.exists(), reason=NO_KIT)
def test_make_page_detects_webgpu_and_generates_with_webllm(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open_as_new_user()
    expect(visitor.model).to_contain_text("WebGPU is there")
    page.get_by_role("button", name="Change model").click()
    page.get_by_role("radio", name=f"{TINY} On this server").check()
    page.get_by_role("button", name="Use this model").click()
    visitor.load_model()
    expect(visitor.model).to_contain_text("Runs on the graphics card.")
    visitor.generate("Anything", 1)
    # The model writes random words, which never become a card.
    expect(visitor.batch).to_contain_text(re.compile(r"\d+ tokens in [\d.]+ s"))
    page.get_by_role("button", name="Stop").click()
    visitor.wait_for_batch("stopped")
