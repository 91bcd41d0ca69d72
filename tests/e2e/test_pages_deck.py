"""The page of a deck in a real browser."""

import pytest
from playwright.sync_api import Locator, expect

from tests.helpers.page_objects import Visitor

CARDS = [
    {"front": "What is a vacuole?", "back": "A bubble that stores things."},
    {"front": "What is a <b>ribosome</b>?", "back": "It makes proteins."},
]


@pytest.fixture
def reader(visitor: Visitor) -> Visitor:
    """Return a visitor who is signed in and has a deck open."""
    visitor.register()
    deck = visitor.create_deck("Cells", CARDS)
    visitor.sign_in_with_cookie()
    visitor.open(f"/decks/{deck}")
    return visitor


def card(reader: Visitor, front: str) -> Locator:
    return reader.page.locator(".card").filter(has_text=front)


def choose_menu_item(reader: Visitor, item: str) -> None:
    reader.page.get_by_role("button", name="More").click()
    reader.page.locator("#deck-menu").get_by_text(item).click()


def test_cards_flip_one_by_one_and_all_together(reader: Visitor) -> None:
    first = card(reader, "vacuole")
    expect(first.get_by_text("A bubble")).not_to_be_visible()
    first.get_by_role("button", name="Show answer").click()
    expect(first.get_by_text("A bubble")).to_be_visible()
    reader.page.get_by_role("button", name="Show all answers").click()
    expect(reader.page.get_by_text("It makes proteins.")).to_be_visible()


def test_card_flip_does_not_move_next_card(reader: Visitor) -> None:
    before = card(reader, "ribosome").bounding_box()
    card(reader, "vacuole").get_by_role("button", name="Show answer").click()
    assert card(reader, "ribosome").bounding_box() == before


def test_markup_in_card_is_shown_as_text(reader: Visitor) -> None:
    expect(reader.page.get_by_text("What is a <b>ribosome</b>?")).to_be_visible()


def test_cloze_answer_fills_its_gap_on_deck_page_and_in_print(reader: Visitor) -> None:
    cloze = {
        "front": "The {{c1::nucleus::part}} holds the DNA.",
        "back": "Red cells have none.",
        "kind": "cloze",
    }
    address = f"/decks/{reader.create_deck('Parts', [cloze])}"
    reader.open(address)
    shown = card(reader, "holds the DNA")
    expect(shown.locator("[data-slot=front]")).to_have_text("The [part] holds the DNA.")
    shown.get_by_role("button", name="Show answer").click()
    expect(shown.locator(".card-back")).to_contain_text("The nucleus holds the DNA.")
    expect(shown.get_by_text("Red cells have none.")).to_be_visible()
    reader.open(f"{address}/print")
    expect(reader.page.locator(".paper-back")).to_have_text(
        "The nucleus holds the DNA.Red cells have none."
    )


def test_edited_card_is_saved(reader: Visitor) -> None:
    card(reader, "vacuole").get_by_role("button", name="Edit card 1").click()
    dialog = reader.page.get_by_role("dialog", name="Edit card")
    dialog.get_by_label("Answer").fill("A store of water.")
    dialog.get_by_role("button", name="Save card").click()
    expect(dialog).not_to_be_visible()
    reader.page.reload()
    edited = card(reader, "vacuole")
    edited.get_by_role("button", name="Show answer").click()
    expect(edited.get_by_text("A store of water.")).to_be_visible()  # the announcer has it, too


def test_card_without_question_is_rejected_and_its_answer_is_kept(reader: Visitor) -> None:
    reader.page.get_by_role("button", name="Add card").click()
    dialog = reader.page.get_by_role("dialog", name="Add a card")
    dialog.get_by_label("Answer").fill("An answer to nothing")
    dialog.get_by_role("button", name="Save card").click()
    expect(dialog.get_by_label("Question")).to_be_focused()
    expect(dialog.get_by_label("Question")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("Answer")).to_have_value("An answer to nothing")


def test_added_card_is_saved(reader: Visitor) -> None:
    reader.page.get_by_role("button", name="Add card").click()
    dialog = reader.page.get_by_role("dialog", name="Add a card")
    dialog.get_by_label("Question").fill("What is a nucleus?")
    dialog.get_by_label("Answer").fill("Where the DNA is.")
    dialog.get_by_role("button", name="Save card").click()
    expect(reader.page.get_by_text("3 cards")).to_be_visible()
    reader.page.reload()
    assert reader.fronts()[-1] == "What is a nucleus?"


def test_deleted_card_is_restored_by_undo(reader: Visitor) -> None:
    card(reader, "vacuole").get_by_role("button", name="Delete card 1").click()
    expect(card(reader, "vacuole")).to_have_count(0)
    expect(card(reader, "ribosome").get_by_role("button", name="Show answer")).to_be_focused()
    reader.page.get_by_role("button", name="Undo").click()
    expect(card(reader, "vacuole")).to_be_visible()
    reader.page.reload()
    assert len(reader.fronts()) == 2


def test_card_deletion_is_undone_with_control_z(reader: Visitor) -> None:
    card(reader, "vacuole").get_by_role("button", name="Delete card 1").press("Enter")
    expect(reader.page.get_by_role("status")).to_have_text("Card deleted. Control Z takes it back.")
    reader.page.keyboard.press("Control+z")
    expect(card(reader, "vacuole")).to_be_visible()


def test_renamed_deck_is_listed_under_new_name(reader: Visitor) -> None:
    choose_menu_item(reader, "Rename")
    reader.page.get_by_label("Name", exact=True).fill("Biology")
    reader.page.keyboard.press("Enter")
    expect(reader.page.get_by_role("heading", name="Biology")).to_be_visible()
    reader.open("/decks")
    expect(reader.page.get_by_role("link", name="Biology", exact=True)).to_be_visible()


def test_blank_deck_name_is_rejected(reader: Visitor) -> None:
    choose_menu_item(reader, "Rename")
    reader.page.get_by_label("Name", exact=True).fill("  ")
    reader.page.keyboard.press("Enter")
    expect(reader.page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(reader.page.get_by_role("dialog")).to_be_visible()


def test_deleted_deck_is_restored_by_undo(reader: Visitor) -> None:
    choose_menu_item(reader, "Delete deck")
    expect(reader.page.get_by_text("No decks yet")).to_be_visible()
    reader.page.get_by_role("button", name="Undo").click()
    reader.page.get_by_role("link", name="Cells", exact=True).click()
    expect(card(reader, "vacuole")).to_be_visible()


def test_rename_while_signed_out_shows_error_and_keeps_entered_name(reader: Visitor) -> None:
    choose_menu_item(reader, "Rename")
    reader.page.context.clear_cookies()
    reader.page.get_by_label("Name", exact=True).fill("Biology")
    reader.page.keyboard.press("Enter")
    expect(reader.page.get_by_role("alert")).to_contain_text("Sign in in a new tab")
    expect(reader.page.get_by_label("Name", exact=True)).to_have_value("Biology")
