"""Pages fit small windows, and load little until an engine is needed."""

import pytest
from playwright.sync_api import Response, expect

from tests.helpers import page_states
from tests.helpers.page_objects import Visitor

MAX_BYTES = 60_000
LONG_WORD = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3


def test_pages_for_anonymous_users_fit_small_phone(visitor: Visitor) -> None:
    check_widths(visitor, page_states.addresses(is_signed_in=False))


def test_pages_for_signed_in_users_fit_small_phone(visitor: Visitor) -> None:
    visitor.register()
    deck = visitor.create_deck(LONG_WORD, [{"front": LONG_WORD, "back": LONG_WORD}])
    visitor.sign_in_with_cookie()
    check_widths(visitor, page_states.addresses(is_signed_in=True, deck=deck))


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_start_page_loads_less_than_60_kb(visitor: Visitor, is_signed_in: bool) -> None:
    if is_signed_in:
        visitor.open_as_new_user()
        expect(visitor.model).to_have_attribute("data-state", "idle")
        visitor.page.context.new_cdp_session(visitor.page).send("Network.clearBrowserCache")
    responses: list[Response] = []
    visitor.page.on("response", lambda response: responses.append(response))
    visitor.open()
    visitor.page.wait_for_load_state("networkidle")
    # The list of models is data and grows with the models that an operator adds.
    files = [response for response in responses if "/api/" not in response.url]
    sizes = {response.url: response.request.sizes()["responseBodySize"] for response in files}
    assert sum(sizes.values()) < MAX_BYTES, sizes


def check_widths(visitor: Visitor, addresses: list[str]) -> None:
    """Check that no page is wider than a phone of 320 pixels."""
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    widths = {}
    for address in addresses:
        visitor.open(address)
        visitor.page.wait_for_load_state("networkidle")
        widths[address] = visitor.page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(addresses, 320)
