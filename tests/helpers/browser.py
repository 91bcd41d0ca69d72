"""Headless Chromium, and pages that fail a test when a script fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.helpers.chromium import find_chromium
from tests.helpers.processes import eventually
from tests.helpers.timeouts import TIMEOUT_SECONDS

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The first flag is required to get an adapter. The second flag turns off bounds checks that cost a
# third of the speed.
WEBGPU = ("--enable-unsafe-webgpu", "--enable-dawn-features=disable_robustness")
chromium_path = cache(find_chromium)


@contextmanager
def launch_browser(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """Start a headless Chromium with additional flags and close it at the end of the block."""
    path = chromium_path()
    if path is None:
        pytest.fail(
            "Chromium was not found. Install it with `python -m tests.helpers.chromium`, or set"
            " MINDFLIP_CHROMIUM to its path."
        )
    browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
    try:
        yield browser
    finally:
        browser.close()


def open_context(browser: Browser, **options: Any) -> BrowserContext:
    """Open a new browser profile, with options of Playwright's `new_context`."""
    context = browser.new_context(**options)
    context.set_default_timeout(TIMEOUT_SECONDS * 1000)
    return context


@contextmanager
def checked_page(context: BrowserContext) -> Iterator[Page]:
    """Yield a page, and fail on script errors and Content Security Policy violations."""
    page = context.new_page()
    errors = collect_errors(page)
    yield page
    assert errors == []


def collect_errors(page: Page) -> list[str]:
    """Return a list that grows with script errors and Content Security Policy violations."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            errors.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    return errors


def wait_for_service_worker(page: Page) -> None:
    """Wait until a service worker controls the page.

    The security policy of the pages blocks Playwright's `wait_for_function` if its condition is not
    true immediately.
    """
    eventually(lambda: page.evaluate("navigator.serviceWorker.controller !== null"))
