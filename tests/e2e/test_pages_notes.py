"""Notes from files, and the messages about them before cards are requested."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.helpers.page_objects import Visitor
from tests.helpers.pdf import make_pdf

SENTENCE = "The left ventricle pumps blood into the aorta."


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    visitor.open_as_new_user()
    visitor.page.get_by_label("My notes").check()
    visitor.page.wait_for_load_state("networkidle")  # the file field's modules have loaded
    return visitor


def choose_file(student: Visitor, name: str, content: bytes) -> None:
    student.page.locator("[data-part=file]").set_input_files(
        {"name": name, "mimeType": "", "buffer": content}
    )


def notes_field(student: Visitor):
    return student.page.get_by_label("Notes", exact=True)


@pytest.mark.parametrize("name", ["heart.txt", "heart.md"])
def test_text_file_fills_notes_that_can_be_edited(student: Visitor, name: str) -> None:
    choose_file(student, name, f"# Herz\n\n{SENTENCE} Größe".encode())
    expect(notes_field(student)).to_have_value(f"# Herz\n\n{SENTENCE} Größe")
    expect(student.page.get_by_label("Topic (optional)")).to_have_value("heart")
    notes_field(student).fill("Something else")
    student.page.reload()
    expect(notes_field(student)).to_have_value("Something else")


def test_pdf_fills_notes_from_selected_pages_without_upload(student: Visitor) -> None:
    student.page.on(
        "request",
        lambda request: pytest.fail(f"sent {request.url}") if request.method == "POST" else None,
    )
    choose_file(
        student,
        "Heart lecture.pdf",
        make_pdf([SENTENCE, "Valves keep the blood from flowing back.", "The end."]),
    )
    expect(notes_field(student)).to_have_value(
        re.compile(r"left ventricle[\s\S]+Valves[\s\S]+The end")
    )
    expect(student.page.get_by_text("3 pages")).to_be_visible()
    student.page.get_by_label("From page").fill("2")
    student.page.get_by_label("To page").fill("2")
    student.page.get_by_role("button", name="Read these pages").click()
    expect(notes_field(student)).to_have_value("Valves keep the blood from flowing back.")


def test_page_range_outside_pdf_is_rejected(student: Visitor) -> None:
    choose_file(student, "heart.pdf", make_pdf([SENTENCE, "The end."]))
    expect(notes_field(student)).to_have_value(re.compile("The end"))
    student.page.get_by_label("To page").fill("7")
    student.page.get_by_role("button", name="Read these pages").click()
    expect(student.page.get_by_role("alert").filter(visible=True)).to_have_text(
        "Choose pages from 1 to 2, the first before the last."
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("scan.pdf", make_pdf(["", ""]), "pictures without text"),
        ("locked.pdf", make_pdf([SENTENCE], is_locked=True), "locked with a password"),
        ("broken.pdf", b"%PDF-1.7\nnothing", "damaged"),
        ("empty.txt", b" \n", "There is no text in this file"),
        ("slides.pptx", b"PK", "Only PDF, text and Markdown"),
        ("long.txt", b"x" * 5_000_001, "more than 5 MB"),
    ],
)
def test_unreadable_file_shows_error_and_leaves_notes_empty(
    student: Visitor, name: str, content: bytes, message: str
) -> None:
    choose_file(student, name, content)
    expect(student.page.get_by_role("alert").filter(visible=True)).to_contain_text(message)
    expect(notes_field(student)).to_have_value("")


def topic_field(student: Visitor) -> Locator:
    return student.page.locator("#topic")


def test_topic_from_file_is_replaced_by_next_file(student: Visitor) -> None:
    choose_file(student, "heart.txt", SENTENCE.encode())
    expect(topic_field(student)).to_have_value("heart")
    choose_file(student, "tides.txt", b"Ebb is falling water.")
    expect(topic_field(student)).to_have_value("tides")
    student.page.reload()
    choose_file(student, "moon.txt", b"The Moon causes tides.")
    expect(topic_field(student)).to_have_value("moon")
    notes_field(student).fill("")
    expect(topic_field(student)).to_have_value("")


def test_typed_topic_of_notes_is_kept_when_file_is_opened(student: Visitor) -> None:
    topic_field(student).fill("Cardiology")
    choose_file(student, "heart.txt", SENTENCE.encode())
    expect(notes_field(student)).to_have_value(SENTENCE)
    expect(topic_field(student)).to_have_value("Cardiology")


def test_each_tab_has_its_own_topic(student: Visitor) -> None:
    page = student.page
    page.get_by_label("A topic").check()
    topic_field(student).fill("Das Herz")
    page.get_by_label("My notes").check()
    expect(topic_field(student)).to_have_value("")
    choose_file(student, "tides.txt", b"Ebb is falling water.")
    expect(topic_field(student)).to_have_value("tides")
    page.reload()
    page.get_by_label("A topic").check()
    expect(topic_field(student)).to_have_value("Das Herz")
    page.get_by_label("My notes").check()
    expect(topic_field(student)).to_have_value("tides")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf", make_pdf(["", ""])),
        ("slides.docx", b"PK"),
        ("empty.txt", b" \n"),
    ],
)
def test_refused_file_leaves_name_of_previous_file_above_its_text(
    student: Visitor, name: str, content: bytes
) -> None:
    choose_file(student, "heart.pdf", make_pdf([SENTENCE, "The end."]))
    expect(notes_field(student)).to_have_value(re.compile("The end"))
    choose_file(student, name, content)
    expect(student.page.get_by_role("alert").filter(visible=True)).to_contain_text(f"“{name}”: ")
    expect(student.page.locator("[data-part=file-title]")).to_have_text(
        re.compile(r"heart\.pdf .* 2 pages")
    )
    expect(topic_field(student)).to_have_value("heart")
    student.page.get_by_label("From page").fill("2")
    student.page.get_by_role("button", name="Read these pages").click()
    expect(notes_field(student)).to_have_value("The end.")


def test_refused_file_does_not_name_typed_notes(student: Visitor) -> None:
    notes_field(student).fill(SENTENCE)
    choose_file(student, "slides.docx", b"PK")
    expect(student.page.get_by_role("alert").filter(visible=True)).to_contain_text("slides.docx")
    expect(student.page.locator("[data-part=file-title]")).to_be_hidden()
    expect(notes_field(student)).to_have_value(SENTENCE)


PASTE = """(field, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true,
    cancelable: true }));
}"""


def test_long_text_pasted_as_topic_becomes_notes_and_back(student: Visitor) -> None:
    page, text = student.page, f"{SENTENCE} " * 300
    notes_field(student).fill("The heart has four chambers.")
    page.get_by_label("A topic").check()
    topic_field(student).fill("Das Herz")
    topic_field(student).evaluate(PASTE, text)
    expect(topic_field(student)).to_have_value("Das Herz")
    page.get_by_role("button", name="Use it as notes").click()
    expect(notes_field(student)).to_have_value(f"The heart has four chambers.\n\n{text}")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("A topic")).to_be_checked()
    expect(topic_field(student)).to_have_value("Das Herz")
    page.get_by_label("My notes").check()
    expect(notes_field(student)).to_have_value("The heart has four chambers.")


def test_web_address_as_topic_is_explained_and_not_sent(student: Visitor) -> None:
    page = student.page
    page.get_by_label("A topic").check()
    topic_field(student).fill("https://de.wikipedia.org/wiki/Herz")
    page.get_by_role("button", name="Generate").click()
    expect(topic_field(student)).to_have_accessible_description(re.compile("not read"))
    expect(student.batch).to_have_count(0)


def test_dropped_file_fills_notes(student: Visitor) -> None:
    student.page.get_by_label("A topic").check()
    student.page.evaluate("""() => {
            const data = new DataTransfer();
            data.items.add(new File(["Ebb is falling water."], "tides.txt", {
            type: "text/plain" }));
            const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true,
                cancelable: true });
            document.getElementById("request").dispatchEvent(drop);
        }""")
    expect(notes_field(student)).to_have_value("Ebb is falling water.")


def test_long_notes_show_number_of_parts(student: Visitor) -> None:
    notes_field(student).fill("Chlorophyll is green.\n" * 400)
    expect(
        student.page.get_by_text(
            re.compile(r"8,\d{3} characters · read in \d parts, about 1 card from each")
        )
    ).to_be_visible()


def test_request_options_are_kept_after_reload(student: Visitor, new_context) -> None:
    page = student.page
    page.get_by_label("Kind").select_option("cloze")
    page.get_by_label("Difficulty").select_option("hard")
    page.get_by_label("Language").fill("Deutsch")
    page.reload()
    expect(page.get_by_label("Kind")).to_have_value("cloze")
    expect(page.get_by_label("Difficulty")).to_have_value("hard")
    expect(page.get_by_label("Language")).to_have_value("Deutsch")


def test_file_panel_fits_small_phone(student: Visitor, tmp_path: Path) -> None:
    student.page.set_viewport_size({"width": 320, "height": 640})
    choose_file(
        student,
        "A lecture with a name that does not end " * 2 + ".pdf",
        make_pdf([SENTENCE, "The end."]),
    )
    expect(notes_field(student)).to_have_value(re.compile("The end"))
    assert student.page.evaluate("document.documentElement.scrollWidth") == 320
