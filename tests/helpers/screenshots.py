"""Screenshots for the docs, in all sizes and both themes."""

import base64
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

FOLDER = os.environ.get("MINDFLIP_PICTURES")
on_request = pytest.mark.skipif(
    not FOLDER, reason="MINDFLIP_PICTURES names no folder to put pictures into"
)
EXAMPLE_MODEL = "example-model"
DESKTOP, PHONE, SMALL_PHONE = (1200, 900), (390, 844), (320, 640)
SETTLED = (
    "Promise.allSettled(document.getAnimations().filter((one) => one instanceof"
    " CSSTransition).map(({ finished }) => finished))"
)
MODEL_IDS = (
    "async () => (await (await fetch('/api/webllm/models')).json()).models.map(({ modelId }) =>"
    " modelId)"
)


def take_all(
    page: Page, name: str, desktop: tuple[int, int] = DESKTOP, *, may_name_models: bool = False
) -> None:
    for size, suffix in ((desktop, ""), (PHONE, "-phone"), (SMALL_PHONE, "-small")):
        for theme in ("light", "dark"):
            take(page, f"{name}{suffix}", size, theme, may_name_models=may_name_models)


def take(
    page: Page, name: str, size: tuple[int, int], theme: str, *, may_name_models: bool = False
) -> None:
    """Save a screenshot of the page.

    Set `may_name_models` only if the page shows no cards or the named model wrote them.
    """
    assert may_name_models or models_named(page) == [], (
        f"{name}: these cards are not what a real model wrote"
    )
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(SETTLED)
    taken = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": 86}
    )
    (Path(FOLDER or ".") / f"{name}-{theme}.webp").write_bytes(base64.b64decode(taken["data"]))


def models_named(page: Page) -> list[str]:
    """Return the model families of the catalogue, such as SmolLM2 or Llama, that the page names."""
    families = {
        model_id.split("-")[0] for model_id in page.evaluate(MODEL_IDS) if model_id != EXAMPLE_MODEL
    }
    shown = page.locator("body").inner_text()
    return sorted(
        family
        for family in families
        if re.search(rf"(?<!\w){re.escape(family)}(?!\w)", shown, re.IGNORECASE)
    )
