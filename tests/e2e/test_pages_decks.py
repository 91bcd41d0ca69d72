"""Decks in a real browser: search, tags, the table, merging, duplicates and the trash."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.helpers.page_objects import Visitor

SEA = [
    {"front": "What is ebb?", "back": "Falling water."},
    {"front": "What is flow?", "back": "Rising water."},
]
TIDES = [
    {"front": "what is EBB", "back": "falling water"},
    {"front": "What is neap?", "back": "A weak tide."},
]


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    """Return a visitor who is signed in, has two decks and has the list of decks open."""
    visitor.register()
    visitor.create_deck("Sea", SEA)
    visitor.create_deck("Tides", TIDES)
    visitor.sign_in_with_cookie()
    visitor.open("/decks")
    return visitor


@pytest.fixture
def table(student: Visitor) -> Visitor:
    """Return a visitor who has the table of a deck open."""
    open_deck(student, "Tides")
    student.page.get_by_role("link", name="Table").click()
    expect(cell(student, "Question", 1)).to_be_visible()
    return student


def open_deck(student: Visitor, name: str) -> None:
    student.open("/decks")
    student.page.get_by_role("link", name=name, exact=True).click()
    expect(student.page.get_by_role("heading", name=name)).to_be_visible()
    student.page.wait_for_load_state("networkidle")  # the page's modules have loaded


def cell(student: Visitor, column: str, number: int) -> Locator:
    return student.page.get_by_label(f"{column} of card {number}", exact=True)


def deck_names(student: Visitor) -> Locator:
    return student.page.locator(".deck-row-name")


def select_cards(student: Visitor, *numbers: int) -> None:
    for number in numbers:
        student.page.get_by_label(f"Choose card {number}", exact=True).check()


def choose_deck(student: Visitor, name: str, button: str) -> None:
    dialog = student.page.get_by_role("dialog")
    dialog.get_by_label("Find a deck").fill(name.lower())
    dialog.get_by_role("radio", name=name).check()
    dialog.get_by_role("button", name=button, exact=True).click()


def test_search_finds_decks_by_their_cards(student: Visitor) -> None:
    student.page.keyboard.press("/")
    student.page.keyboard.type("rising")
    expect(deck_names(student)).to_have_text(["Sea"])
    expect(student.page).to_have_url(re.compile(r"\?q=rising"))
    expect(student.page.get_by_role("status")).to_have_text("1 deck found.")
    student.page.get_by_role("searchbox").fill("volcano")
    expect(student.page.get_by_role("heading", name="Nothing found")).to_be_visible()
    student.page.get_by_role("link", name="Show all decks").click()
    expect(deck_names(student)).to_have_count(2)


def test_deck_tag_filters_deck_list_and_can_be_removed(student: Visitor) -> None:
    open_deck(student, "Sea")
    field = student.page.get_by_label("Add a tag to this deck")
    field.fill("water")
    field.press("Enter")
    expect(student.page.get_by_role("button", name="Remove tag water")).to_be_visible()
    expect(student.page.get_by_role("status")).to_have_text("Tag water added.")
    student.open("/decks")
    student.page.get_by_label("Tag", exact=True).select_option("water")
    expect(deck_names(student)).to_have_text(["Sea"])
    open_deck(student, "Sea")
    student.page.get_by_role("button", name="Remove tag water").click()
    expect(student.page.get_by_role("status")).to_have_text("Tag water removed.")
    student.page.reload()
    expect(student.page.get_by_role("button", name="Remove tag water")).to_have_count(0)


def test_table_cell_is_saved_on_enter_and_on_blur(table: Visitor) -> None:
    cell(table, "Answer", 2).fill("A small tide.")
    cell(table, "Answer", 2).press("Enter")
    expect(table.page.get_by_role("status")).to_contain_text("Saved.")
    cell(table, "Question", 2).fill("What is a neap tide?")
    cell(table, "Question", 1).focus()
    expect(cell(table, "Question", 2)).to_have_attribute("data-state", "saved")
    table.page.reload()
    expect(cell(table, "Question", 2)).to_have_value("What is a neap tide?")
    expect(cell(table, "Answer", 2)).to_have_value("A small tide.")


def test_table_cell_is_reset_on_escape(table: Visitor) -> None:
    cell(table, "Answer", 2).fill("Nonsense")
    cell(table, "Answer", 2).press("Escape")
    expect(cell(table, "Answer", 2)).to_have_value("A weak tide.")


def test_invalid_table_cell_shows_error(table: Visitor) -> None:
    cell(table, "Question", 2).fill(" ")
    cell(table, "Question", 2).press("Enter")
    expect(table.page.get_by_text("The card has no front.").first).to_be_visible()
    expect(cell(table, "Question", 2)).to_have_attribute("aria-invalid", "true")
    cell(table, "Kind", 1).select_option("cloze")
    expect(table.page.get_by_text("A cloze card needs a gap").first).to_be_visible()


def test_card_tags_and_kind_are_saved_from_table(table: Visitor) -> None:
    field = table.page.get_by_label("Add a tag to card 1")
    field.fill("moon, sea")
    field.press("Enter")
    expect(table.page.get_by_role("status")).to_have_text("Tag moon, sea added.")
    cell(table, "Kind", 1).select_option("definition")
    expect(table.page.get_by_role("status")).to_contain_text("Saved.")
    table.page.reload()
    expect(table.page.locator("tbody .chip [data-slot=tag]")).to_have_text(["moon", "sea"])
    expect(cell(table, "Kind", 1)).to_have_value("definition")


def test_selected_cards_are_deleted_and_restored_by_undo(table: Visitor) -> None:
    table.page.get_by_label("Choose all cards on this page").check()
    expect(table.page.get_by_text("2 cards chosen")).to_be_visible()
    table.page.get_by_role("button", name="Delete", exact=True).click()
    expect(table.page.get_by_text("This deck has no cards.")).to_be_visible()
    table.page.get_by_role("button", name="Undo").click()
    expect(cell(table, "Question", 2)).to_be_visible()


def test_selected_cards_are_moved_to_deck_and_moved_back_by_undo(table: Visitor) -> None:
    select_cards(table, 2)
    table.page.get_by_role("button", name="Move", exact=True).click()
    choose_deck(table, "Sea", "Move")
    expect(table.page.get_by_text("Moved to “Sea”.").first).to_be_visible()
    expect(cell(table, "Question", 2)).to_have_count(0)
    table.page.get_by_role("button", name="Undo").click()
    expect(cell(table, "Question", 2)).to_have_value("What is neap?")


def test_selected_cards_are_tagged_and_untagged_by_undo(table: Visitor) -> None:
    select_cards(table, 1, 2)
    table.page.get_by_role("button", name="Tag", exact=True).click()
    table.page.get_by_label("Add tags").fill("tide")
    table.page.get_by_role("button", name="Change tags").click()
    tags = table.page.locator("tbody .chip [data-slot=tag]")
    expect(tags).to_have_text(["tide", "tide"])
    table.page.get_by_role("button", name="Undo").click()
    expect(tags).to_have_count(0)


def test_search_in_deck_hides_cards_that_do_not_match(table: Visitor) -> None:
    table.page.keyboard.press("/")
    table.page.keyboard.type("neap")
    expect(cell(table, "Question", 1)).to_have_count(0)
    expect(cell(table, "Question", 2)).to_be_visible()
    expect(table.page.get_by_text("1 of 2 cards")).to_be_visible()


def test_deck_merge_skips_duplicates_and_is_reverted_by_undo(student: Visitor) -> None:
    open_deck(student, "Tides")
    student.page.get_by_role("button", name="More").click()
    student.page.get_by_role("button", name="Merge into another deck").click()
    choose_deck(student, "Sea", "Merge")
    expect(
        student.page.get_by_text("1 card moved to “Sea”, 1 duplicate left out.").first
    ).to_be_visible()
    expect(deck_names(student)).to_have_text(["Sea"])
    expect(student.page.get_by_text("3 cards")).to_be_visible()
    student.page.get_by_role("button", name="Undo").click()
    expect(deck_names(student)).to_have_count(2)


def test_duplicate_is_deleted_restored_and_kept(student: Visitor) -> None:
    student.page.get_by_role("link", name="Find duplicates").click()
    expect(student.page.get_by_text("Same question and answer")).to_be_visible()
    student.page.get_by_role("button", name="Delete this card from Tides").click()
    expect(student.page.get_by_role("heading", name="No duplicates")).to_be_visible()
    student.page.get_by_role("button", name="Undo").click()
    student.page.get_by_role("button", name="Keep all").click()
    expect(student.page.get_by_role("heading", name="No duplicates")).to_be_visible()


def test_deleted_deck_is_restored_from_trash(student: Visitor) -> None:
    open_deck(student, "Sea")
    student.page.get_by_role("button", name="More").click()
    student.page.get_by_role("button", name="Delete deck").click()
    student.page.get_by_role("link", name="Bin").click()
    student.page.get_by_role("button", name="Restore Sea").click()
    expect(student.page.get_by_role("heading", name="The bin is empty")).to_be_visible()
    student.open("/decks")
    expect(deck_names(student)).to_have_count(2)


def test_deck_is_deleted_permanently_after_confirmation(student: Visitor) -> None:
    open_deck(student, "Sea")
    student.page.get_by_role("button", name="More").click()
    student.page.get_by_role("button", name="Delete deck").click()
    student.page.get_by_role("link", name="Bin").click()
    student.page.get_by_role("button", name="Delete for good Sea").click()
    student.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(student.page.get_by_role("heading", name="The bin is empty")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_table_rows_are_stacked_and_pages_fit_on_phone(table: Visitor, width: int) -> None:
    table.page.set_viewport_size({"width": width, "height": 800})
    select_cards(table, 1)
    assert table.page.evaluate("document.documentElement.scrollWidth") == width
    question_box, answer_box = (
        cell(table, "Question", 1).bounding_box(),
        cell(table, "Answer", 1).bounding_box(),
    )
    assert question_box is not None
    assert answer_box is not None
    assert question_box["y"] + question_box["height"] <= answer_box["y"]
    for address in ("/decks", "/decks/trash", "/decks/duplicates"):
        table.open(address)
        assert table.page.evaluate("document.documentElement.scrollWidth") == width, address


def test_deck_search_works_without_javascript(student: Visitor, new_context: object) -> None:
    state = student.page.context.storage_state()
    page = new_context(java_script_enabled=False, storage_state=state).new_page()  # type: ignore[operator]
    page.goto(f"{student.server.url}/decks")
    page.get_by_role("searchbox").fill("rising")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".deck-row-name")).to_have_text(["Sea"])
