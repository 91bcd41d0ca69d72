"""Pages fit small windows, and load little until an engine is needed."""

import pytest
from playwright.sync_api import Response, expect

from tests.helpers.page_objects import Visitor

MAX_BYTES = 60_000
PAGES = (
    "/",
    "/decks",
    "/decks/import",
    "/decks/trash",
    "/decks/duplicates",
    "/study",
    "/progress",
    "/account",
    "/offline",
)
LONG_WORD = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3


@pytest.mark.parametrize("address", ["/", "/sign-in", "/sign-up", "/offline", "/nowhere"])
def test_page_for_anonymous_users_fits_small_phone(visitor: Visitor, address: str) -> None:
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    visitor.open(address)
    assert _width(visitor) == 320


def test_pages_for_signed_in_users_fit_small_phone(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    visitor.register()
    deck = visitor.create_deck(LONG_WORD, [{"front": LONG_WORD, "back": LONG_WORD}])
    visitor.sign_in_with_cookie()
    addresses = [*PAGES, *(f"/decks/{deck}{page}" for page in ("", "/study", "/print"))]
    assert {address: _width_of(visitor, address) for address in addresses} == dict.fromkeys(
        addresses, 320
    )


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


def _width_of(visitor: Visitor, address: str) -> int:
    visitor.open(address)
    return _width(visitor)


def _width(visitor: Visitor) -> int:
    visitor.page.wait_for_load_state("networkidle")
    return visitor.page.evaluate("document.documentElement.scrollWidth")
