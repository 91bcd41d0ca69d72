"""Accessibility: axe-core finds no violation on any page, in both themes, on desktop and phone.

The pages are those of page_states.py.
"""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.helpers import page_states
from tests.helpers.page_objects import Visitor
from tests.helpers.processes import ROOT, eventually

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()
RUN_AXE = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .map(({ id, help, nodes }) =>
    `${id} (${help}): ${nodes.map(({ target, any }) =>
      `${target} ${any[0]?.message ?? ""}`).join(", ")}`)"""
THEMES = ("light", "dark")
IS_STILL = """() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() =>
  resolve(document.getAnimations().every(({ playState }) => playState !== "running")))))"""
SIZES = ((1200, 900), (390, 844))


@pytest.mark.parametrize("name", page_states.PAGES)
def test_page_has_no_axe_violations(visitor: Visitor, name: str) -> None:
    all_violations: dict[str, Any] = {}
    visitor.register()
    for state in page_states.PAGE_STATES[name]:
        page_states.open_state(visitor, state)
        all_violations |= {
            f"{state.address} {state.button} {key}": value
            for key, value in find_violations(visitor.page).items()
        }
    assert all_violations == {}


def recheck_violations(page: Page) -> list[str]:
    """Return the violations that axe finds after all animations have ended."""
    page.wait_for_load_state("networkidle")
    eventually(lambda: page.evaluate(IS_STILL))
    return page.evaluate(RUN_AXE)


def find_violations(page: Page) -> dict[str, list[str]]:
    """Return the violations that axe finds, by theme and width."""
    page.evaluate(AXE)
    results = {}
    for theme in THEMES:
        for width, height in SIZES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": height})
            # Colors in the middle of a transition to another theme are not the final colors.
            eventually(lambda: page.evaluate(IS_STILL))
            results[f"{theme} {width}"] = page.evaluate(RUN_AXE) and recheck_violations(page)
    return {view: violations for view, violations in results.items() if violations}
