"""The fates of generated cards, from the Make page to the table on the Progress page."""

from typing import Any

from playwright.sync_api import expect

from tests.helpers.page_objects import Visitor
from tests.helpers.quick_engine import MODEL, Card, quick_engine

CARDS = [
    {"front": "What raises the tides?", "back": "The Moon"},
    {"front": "What is an ebb?", "back": "Falling water"},
    {"front": "What is a flood?", "back": "Rising water"},
]
DRAFTS = "**/api/flashcards/drafts/*"
REPLACEMENT = {"front": "When is the tide highest?", "back": "At new and full moon"}


def write(request: dict[str, Any]) -> list[Card]:
    return CARDS if request["options"]["count"] == len(CARDS) else [REPLACEMENT]


def test_saved_batch_is_counted_by_what_user_did_to_each_card(visitor: Visitor) -> None:
    visitor.open_as_new_user()
    page = visitor.page
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Let another device write").click()
    visitor.generate("Tides", len(CARDS))
    with quick_engine(visitor, write):
        visitor.wait_for_batch()
        page.get_by_role("button", name=f"Write another instead of: {CARDS[1]['front']}").click()
        expect(visitor.batch).to_contain_text(REPLACEMENT["front"])
    page.get_by_role("button", name=f"Edit: {CARDS[0]['front']}").click()
    dialog = page.get_by_role("dialog", name="Edit card")
    dialog.get_by_label("Answer").fill("The gravity of the Moon")
    dialog.get_by_role("button", name="Save card").click()
    with page.expect_response(DRAFTS):
        page.get_by_role("button", name=f"Throw away: {CARDS[2]['front']}").click()
    with page.expect_response(lambda response: response.request.method == "DELETE"):
        page.get_by_role("button", name="Discard", exact=True).click()
    page.get_by_role("button", name="Undo").click()  # so the batch is not counted as discarded
    page.get_by_role("button", name="Save as deck").click()
    expect(page.get_by_role("link", name="Tides")).to_be_visible()
    visitor.open("/progress")
    table = page.get_by_role("region", name="How your generated cards fared")
    row = table.get_by_role("row").filter(has_text=MODEL)
    expect(row.get_by_role("cell").nth(0)).to_have_text("Question and answer")
    for index, text in enumerate(("4", "1 (25%)", "1 (25%)", "1 (25%)", "1 (25%)"), start=2):
        expect(row.get_by_role("cell").nth(index)).to_have_text(text)
