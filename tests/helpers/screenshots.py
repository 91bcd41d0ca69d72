"""Screenshots for the docs, in all sizes and both themes."""

import base64
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

FOLDER = os.environ.get("MINDFLIP_PICTURES")
on_request = pytest.mark.skipif(
    not FOLDER, reason="MINDFLIP_PICTURES is not set to a folder for the screenshots"
)
EXAMPLE_MODEL = "example-model"
DESKTOP, PHONE, SMALL_PHONE = (1200, 900), (390, 844), (320, 640)
WAIT_FOR_TRANSITIONS = (
    "Promise.allSettled(document.getAnimations().filter((animation) => animation"
    " instanceof CSSTransition).map(({ finished }) => finished))"
)
MODEL_IDS = (
    "async () => (await (await fetch('/api/webllm/models')).json()).models.map(({ modelId }) =>"
    " modelId)"
)


def take_screenshots(
    page: Page, name: str, desktop: tuple[int, int] = DESKTOP, *, may_name_models: bool = False
) -> None:
    for size, suffix in ((desktop, ""), (PHONE, "-phone"), (SMALL_PHONE, "-small")):
        for theme in ("light", "dark"):
            take_screenshot(page, f"{name}{suffix}", size, theme, may_name_models=may_name_models)


def take_screenshot(
    page: Page, name: str, size: tuple[int, int], theme: str, *, may_name_models: bool = False
) -> None:
    """Save a screenshot of the page.

    Set `may_name_models` only if the page shows no cards or the named model generated them.
    """
    assert may_name_models or named_models(page) == [], (
        f"{name}: the page names a real model, which did not generate these cards"
    )
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(WAIT_FOR_TRANSITIONS)
    screenshot = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": 86}
    )
    (Path(FOLDER or ".") / f"{name}-{theme}.webp").write_bytes(base64.b64decode(screenshot["data"]))


def named_models(page: Page) -> list[str]:
    """Return the model families of the catalogue, such as SmolLM2 or Llama, that the page names."""
    families = {
        model_id.split("-")[0] for model_id in page.evaluate(MODEL_IDS) if model_id != EXAMPLE_MODEL
    }
    text = page.locator("body").inner_text()
    return sorted(
        family
        for family in families
        if re.search(rf"(?<!\w){re.escape(family)}(?!\w)", text, re.IGNORECASE)
    )
