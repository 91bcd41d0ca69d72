"""Accessibility: axe-core finds no violation on any page, in both themes, on desktop and phone.

The pages are those of page_states.py.
"""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.helpers import page_states
from tests.helpers.page_objects import Visitor
from tests.helpers.processes import ROOT, eventually

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()
RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .map(({ id, help, nodes }) =>
    `${id} (${help}): ${nodes.map(({ target, any }) =>
      `${target} ${any[0]?.message ?? ""}`).join(", ")}`)"""
THEMES = ("light", "dark")
STILL = """() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() =>
  resolve(document.getAnimations().every(({ playState }) => playState !== "running")))))"""
SIZES = ((1200, 900), (390, 844))


@pytest.mark.parametrize("name", page_states.PAGES)
def test_axe_finds_nothing_on(visitor: Visitor, name: str) -> None:
    assert name in page_states.PAGE_STATES, (
        f"The page {name!r} has no row in {Path(page_states.__file__).name}: add one, so that it is"
        " looked at."
    )
    problems: dict[str, Any] = {}
    visitor.register()
    for row in page_states.PAGE_STATES[name]:
        page_states.open_state(visitor, row)
        problems |= {
            f"{row.address} {row.button} {key}": value
            for key, value in violations(visitor.page).items()
        }
    assert problems == {}


def settled(page: Page) -> list[str]:
    """Return the violations that axe still finds after all animations have ended."""
    page.wait_for_load_state("networkidle")
    eventually(lambda: page.evaluate(STILL))
    return page.evaluate(RUN)


def violations(page: Page) -> dict[str, list[str]]:
    """Return the violations that axe finds, by theme and width."""
    page.evaluate(AXE)
    results = {}
    for theme in THEMES:
        for width, height in SIZES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": height})
            # Colors in the middle of a transition to another theme are not the final colors.
            eventually(lambda: page.evaluate(STILL))
            results[f"{theme} {width}"] = page.evaluate(RUN) and settled(page)
    return {where: what for where, what in results.items() if what}
