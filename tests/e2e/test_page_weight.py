"""How much each page loads, and whether its layout shifts: what makes a page slow on a phone.

Times depend on what else the machine does. `python -m benchmarks pages` measures them.
"""

import pytest
from playwright.sync_api import CDPSession

from tests.helpers import page_states
from tests.helpers.page_objects import Visitor

MAX_BYTES = 110_000  # compressed and with headers: half a second at 1.6 Mbit/s
MAX_REQUESTS = 45
# A page with unsaved cards also loads the modules that generate cards.
MAX_BYTES_WITH_DRAFTS, MAX_REQUESTS_WITH_DRAFTS = 225_000, 85
MAX_LAYOUT_SHIFT = 0.1  # Core Web Vitals call this "good"
# The libraries for Markdown and formulas are loaded only for cards that have some.
PLAIN_CARDS = [{"front": f"Question {number}?", "back": f"Answer {number}."} for number in range(9)]
SUM_LAYOUT_SHIFTS = """window.layoutShift = 0;
new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) window.layoutShift += value;
}).observe({ type: "layout-shift" });"""


@pytest.mark.parametrize("name", page_states.PAGES)
def test_page_is_light_and_does_not_shift_while_it_loads(visitor: Visitor, name: str) -> None:
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    sizes = collect_sizes(devtools)
    visitor.page.add_init_script(SUM_LAYOUT_SHIFTS)
    visitor.register()
    for state in page_states.PAGE_STATES[name]:
        if state.button:
            continue
        sizes.clear()
        page_states.open_state(visitor, state, PLAIN_CARDS)
        assert len(sizes) > 1, "the page with its styles and scripts"
        max_bytes = MAX_BYTES_WITH_DRAFTS if state.has_draft else MAX_BYTES
        max_requests = MAX_REQUESTS_WITH_DRAFTS if state.has_draft else MAX_REQUESTS
        assert sum(sizes.values()) <= max_bytes, f"{state}: {sizes}"
        assert len(sizes) <= max_requests, f"{state}: {sizes}"
        assert visitor.page.evaluate("layoutShift") <= MAX_LAYOUT_SHIFT, state


def collect_sizes(devtools: CDPSession) -> dict[str, int]:
    """Return a dict that grows with the size in bytes of each loaded URL."""
    sizes: dict[str, int] = {}
    urls: dict[str, str] = {}
    devtools.on(
        "Network.requestWillBeSent",
        lambda event: urls.update({event["requestId"]: event["request"]["url"]}),
    )

    devtools.on(
        "Network.loadingFinished",
        lambda event: sizes.update({urls[event["requestId"]]: event["encodedDataLength"]}),
    )
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    return sizes
