"""Unsaved cards belong to the user: they survive the tab and the sign-out, on every device."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.helpers.browser import checked_page
from tests.helpers.page_objects import Visitor
from tests.helpers.processes import eventually
from tests.helpers.quick_engine import quick_engine

DRAFTS = "**/api/flashcards/drafts/*"
CARDS = [{"front": "ebb", "back": "falling tide"}, {"front": "flow", "back": "rising tide"}]


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    """Return a visitor with a batch of two unsaved cards, stored by an earlier version."""
    visitor.open_as_new_user()
    cards = [{**card, "kind": "basic", "part": 0} for card in CARDS]
    parts = [{"at": 0, "count": 2, "taken": 2, "state": "done", "generationIds": []}]
    visitor.store_batch(
        request={"topic": "Tides", "count": 2}, cards=cards, parts=parts, state="done"
    )
    with visitor.page.expect_response(DRAFTS):
        visitor.page.reload()
    return visitor


def open_draft(page: Page) -> None:
    expect(page.get_by_role("heading", name="Unsaved cards")).to_be_visible()
    page.get_by_role("button", name="Open: Tides").click()
    expect(page.locator(".batch .card[data-card]")).to_have_count(2)
    expect(page.get_by_role("heading", name="Unsaved cards")).to_be_hidden()


def stored_backs(student: Visitor) -> list[str]:
    """Return the backs of the user's only batch of unsaved cards on the server."""
    (draft,) = student.client.get("/api/flashcards/drafts").json()["results"]
    cards = student.client.get(f"/api/flashcards/drafts/{draft['id']}").json()["cards"]
    return [card["back"] for card in cards]


def edit_card(page: Page, front: str, back: str) -> None:
    page.get_by_role("button", name=f"Edit: {front}").click()
    dialog = page.get_by_role("dialog", name="Edit card")
    dialog.get_by_label("Answer").fill(back)
    dialog.get_by_role("button", name="Save card").click()
    expect(dialog).to_be_hidden()


def test_unsaved_cards_with_edits_are_saved_on_another_device(
    student: Visitor, new_context: Callable[..., BrowserContext]
) -> None:
    edit_card(student.page, "ebb", "the tide falls")
    # The page has not sent the edit yet. It does so when it is closed.
    student.page.close(run_before_unload=True)
    eventually(lambda: "the tide falls" in stored_backs(student))
    student.page.context.close()
    with checked_page(new_context(service_workers="block")) as page:
        other = Visitor(page, student.server, student.name, student.client)
        other.sign_in_with_cookie()
        other.open()
        open_draft(page)
        expect(page.locator(".batch")).to_contain_text("the tide falls")
        page.get_by_role("button", name="Save as deck").click()
        expect(page.get_by_role("link", name="Tides")).to_be_visible()
        page.reload()
        expect(page.get_by_role("button", name="Generate")).to_be_enabled()
        assert other.client.get("/api/flashcards/drafts").json()["results"] == []
        (deck,) = other.client.get("/api/flashcards/decks").json()["results"]
        assert deck["cardCount"] == 2


def test_unsaved_cards_are_there_after_signing_out_and_in(student: Visitor) -> None:
    page = student.page
    edit_card(page, "flow", "the tide rises")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    student.sign_in()
    open_draft(page)
    expect(page.locator(".batch")).to_contain_text("the tide rises")


def test_discarded_unsaved_cards_are_restored_by_undo(student: Visitor) -> None:
    page = student.page
    page.evaluate("sessionStorage.clear()")
    page.context.new_page().goto(student.server.url)
    other = page.context.pages[-1]
    other.get_by_role("button", name="Discard: Tides").click()
    expect(other.get_by_role("heading", name="Unsaved cards")).to_be_hidden()
    with other.expect_response(DRAFTS):
        other.get_by_role("button", name="Undo").click()
    open_draft(other)


def test_changes_in_two_tabs_are_both_kept(student: Visitor) -> None:
    page = student.page
    other = page.context.new_page()
    other.goto(student.server.url)
    open_draft(other)
    with other.expect_response(DRAFTS):
        edit_card(other, "ebb", "in the other tab")
    edit_card(page, "ebb", "in this tab")
    expect(page.locator(".toast")).to_contain_text("Both versions are kept")
    page.wait_for_function(
        "async () => (await (await fetch('/api/flashcards/drafts')).json()).results.length === 2"
    )


def test_cards_are_stored_when_server_can_be_reached_again(student: Visitor) -> None:
    page = student.page
    with page.expect_response(DRAFTS):
        edit_card(page, "flow", "this loads the dialog")
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        edit_card(page, "ebb", "written offline")
    with page.expect_response(lambda response: response.request.method == "PUT"):
        page.context.set_offline(False)
    (draft,) = student.client.get("/api/flashcards/drafts").json()["results"]
    cards = student.client.get(f"/api/flashcards/drafts/{draft['id']}").json()["cards"]
    assert cards[0]["back"] == "written offline"


def test_generated_cards_are_stored_while_page_is_open(visitor: Visitor) -> None:
    visitor.open_as_new_user()
    with quick_engine(visitor, lambda message: CARDS):
        visitor.page.get_by_role("button", name="Let another device write").click()
        with visitor.page.expect_response(DRAFTS):
            visitor.generate("Tides", 2)
        visitor.wait_for_batch()
    (draft,) = visitor.client.get("/api/flashcards/drafts").json()["results"]
    assert (draft["topic"], draft["cardCount"]) == ("Tides", 2)
