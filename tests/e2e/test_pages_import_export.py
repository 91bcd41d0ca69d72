"""Exporting, importing and printing decks, in a real browser."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from tests.helpers.page_objects import Visitor

CARDS = [
    {"front": "What is a vacuole?", "back": "A bubble that stores things."},
    {"front": "What is a <b>ribosome</b>?", "back": "It makes *proteins*."},
]
TABLE = (
    "Term;Meaning;Chapter;Note\nebb;falling water;tides;x\nflow;rising water;tides;y\nneap;a small"
    " tide;moon;z\n"
)


@pytest.fixture
def reader(visitor: Visitor) -> Visitor:
    """Return a visitor who is signed in and has a deck."""
    visitor.register()
    visitor.create_deck("Cells", CARDS)
    visitor.sign_in_with_cookie()
    return visitor


def download(reader: Visitor, format: str) -> Download:
    reader.open("/decks")
    reader.page.get_by_role("link", name="Cells").first.click()
    reader.page.get_by_role("button", name="Export").click()
    with reader.page.expect_download() as download_info:
        reader.page.get_by_role("link", name=format).click()
    return download_info.value


def choose_file(page: Page, name: str, text: str | bytes) -> None:
    data = text.encode() if isinstance(text, str) else text
    page.get_by_label("Choose a file").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )


def report(page: Page) -> Locator:
    return page.locator("[data-part=report]")


def test_exported_anki_package_is_imported_without_changes(reader: Visitor, tmp_path: Path) -> None:
    file = download(reader, "Anki package")
    assert file.suggested_filename == "Cells.apkg"
    file.save_as(tmp_path / "Cells.apkg")
    assert "collection.anki2" in zipfile.ZipFile(tmp_path / "Cells.apkg").namelist()
    reader.open("/decks/import")
    reader.page.get_by_label("Choose a file").set_input_files(tmp_path / "Cells.apkg")
    expect(
        reader.page.get_by_role("heading", name="You have all of these cards already")
    ).to_be_focused()
    expect(report(reader.page)).to_contain_text("2 unchanged")


def test_table_is_imported_after_its_columns_are_matched(reader: Visitor) -> None:
    page = reader.page
    reader.open("/decks")
    page.get_by_role("link", name="Import").click()
    choose_file(page, "Sea.csv", TABLE)
    expect(page.get_by_role("heading", name="Which column is which?")).to_be_focused()
    expect(page.get_by_label("Between columns")).to_have_value(";")
    expect(page.get_by_label("Term")).to_have_value("front")
    expect(page.get_by_label("Meaning")).to_have_value("back")
    expect(page.get_by_label("Note")).to_have_value("skip")
    page.get_by_label("Chapter").select_option("Tags")
    page.get_by_label("Its name").fill("Tides")
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_role("heading", name="3 cards added")).to_be_visible()
    page.get_by_role("link", name="Tides").click()
    expect(page.get_by_role("heading", name="Tides")).to_be_visible()
    expect(page.locator(".card[data-card]").filter(has_text="ebb")).to_be_visible()


def test_delimiter_change_updates_columns_and_import_needs_answer_column(
    reader: Visitor,
) -> None:
    page = reader.page
    reader.open("/decks/import")
    choose_file(page, "Sea.csv", TABLE)
    page.get_by_label("Between columns").select_option("Tab")
    expect(page.get_by_role("columnheader")).to_have_count(1)
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_role("alert")).to_have_text("Say which column holds the answers.")


def test_pasted_cards_are_added_to_existing_deck(reader: Visitor) -> None:
    page = reader.page
    reader.open("/decks/import")
    page.get_by_label("Or paste a table").fill("What is a nucleus?\tWhere the DNA is.\n")
    page.get_by_role("button", name="Look at it").click()
    page.get_by_label("Into").select_option("Cells")
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_role("heading", name="1 card added")).to_be_visible()
    page.get_by_role("link", name="Cells").click()
    expect(page.get_by_text("3 cards")).to_be_visible()


def test_dropped_file_is_imported_and_dropzone_is_highlighted(reader: Visitor) -> None:
    page = reader.page
    reader.open("/decks/import")
    data = page.evaluate_handle("""() => {
          const data = new DataTransfer();
          data.items.add(new File(['[{"front": "ebb", "back": "flow"}]'], "Sea.json"));
          return data;
        }""")
    page.dispatch_event("body", "dragenter", {"dataTransfer": data})
    expect(page.locator("[data-part=dropzone]")).to_have_attribute("data-dragover", "")
    page.dispatch_event("body", "drop", {"dataTransfer": data})
    expect(page.get_by_role("heading", name="1 card added")).to_be_visible()
    expect(report(page)).to_contain_text("new deck · 1 added")


def test_damaged_file_is_rejected_and_another_file_is_imported(reader: Visitor) -> None:
    page = reader.page
    reader.open("/decks/import")
    choose_file(page, "broken.apkg", b"PK\x03\x04 broken")
    expect(page.get_by_role("alert")).to_contain_text("damaged or encrypted")
    choose_file(page, "Sea.json", '[{"front": "ebb", "back": "flow"}, {"front": "alone"}]')
    expect(report(page)).to_contain_text("1 card was left out: it has no question or no answer.")
    expect(page.get_by_role("alert")).not_to_be_visible()
    page.get_by_role("button", name="Import another file").click()
    expect(page.get_by_text("Drop a file here")).to_be_visible()


def test_cancelled_import_saves_nothing(reader: Visitor) -> None:
    page = reader.page
    reader.open("/decks/import")
    # Simulate a connection so slow that nothing arrives.
    page.route("**/api/flashcards/imports", lambda route: None)
    choose_file(page, "Sea.json", '[{"front": "ebb", "back": "flow"}]')
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_have_text("The import was cancelled: nothing was saved.")
    reader.open("/decks")
    expect(page.get_by_role("link", name="Sea")).to_have_count(0)


def test_deck_is_printed_in_selected_layout(reader: Visitor) -> None:
    page = reader.page
    reader.open("/decks")
    page.get_by_role("link", name="Cells").first.click()
    page.get_by_role("button", name="Export").click()
    page.get_by_role("link", name="Print").click()
    expect(page.get_by_text("What is a <b>ribosome</b>?")).to_be_visible()
    page.get_by_label("Questions, answers at the end").check()
    expect(page.get_by_role("heading", name="Answers")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Print")).not_to_be_visible()
    expect(page.get_by_role("emphasis")).to_have_text("proteins")


def test_import_page_fits_small_phone(reader: Visitor) -> None:
    page = reader.page
    page.set_viewport_size({"width": 320, "height": 640})
    reader.open("/decks/import")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    choose_file(page, "Sea.csv", TABLE)
    expect(page.get_by_role("heading", name="Which column is which?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
