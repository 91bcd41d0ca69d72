"""Every text on the pages is translated: texts in the pseudo language are in brackets."""

import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.helpers import page_states
from tests.helpers.browser import checked_page
from tests.helpers.page_objects import Visitor
from tests.helpers.processes import RATES_FOR_ONE_ADDRESS, RunningServer, running_server
from tests.helpers.quick_engine import quick_engine
from tests.translations import pseudo

# The texts of the whole page, also those that are hidden or in templates, in their order. A space
# separates blocks, so that a sentence with inline elements stays whole.
TEXTS = """() => {
  const skipped = "script, style, noscript, kbd, code, .katex";
  const names = ["alt", "aria-label", "aria-description", "placeholder", "title"];
  const texts = [document.title];
  const read = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT,
      (node) => node.nodeType === 1 && node.matches(skipped)
        ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      for (const name of names) texts.push(node.getAttribute(name) ?? "");
      if (node.matches("input[type=submit]")) texts.push(node.value);
      if (node.matches("template")) read(node.content);
    }
  };
  read(document.body);
  return texts.join(" ");
}"""
# Data of the tests, and names of products and models.
DATA = re.compile(
    r"student-\w+|Physics|Which force is|mass|times|acceleration|How is a list written|as here"
    r"|What is a vacuole|A bubble that stores things|\$F = ma\$"
    r"|MindFlip|Anki|CSV|TSV|JSON|Markdown|PDF|WebGPU|wllama|WebLLM|UTF-\d+"
    r"|txt|tiny|SmolLM2\S*|Instruct|Q4_1|\S+-q\df\d+\S*"
)


@pytest.fixture(scope="module")
def pseudo_server(
    tmp_path_factory: pytest.TempPathFactory, small_model: Path, compiled_pseudo: Path
) -> Iterator[RunningServer]:
    """Run daphne with the pseudo language."""
    with running_server(
        tmp_path_factory.mktemp("server"),
        MINDFLIP_MODELS_DIR=str(small_model),
        MINDFLIP_TEST_LOCALE=str(compiled_pseudo),
        **RATES_FOR_ONE_ADDRESS,
    ) as running:
        yield running


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """Yield a page of a browser that prefers the pseudo language."""
    with checked_page(new_context(service_workers="block", locale=pseudo.LANGUAGE)) as page:
        yield page


@pytest.fixture
def visitor(page: Page, pseudo_server: RunningServer) -> Visitor:
    visitor = Visitor(page, pseudo_server, f"student-{secrets.token_hex(4)}")
    visitor.register()
    return visitor


def untranslated(page: Page) -> list[str]:
    """Return the words on the page that are neither in brackets nor in DATA."""
    text = pseudo.without_brackets(page.evaluate(TEXTS))
    return re.findall(r"[^\W\d_]{2,}[^\n]*", DATA.sub(" ", text))


@pytest.mark.parametrize("name", page_states.PAGES)
def test_page_texts_are_translated(visitor: Visitor, name: str) -> None:
    texts = {}
    for state in page_states.PAGE_STATES[name]:
        page_states.open_state(visitor, state)
        visitor.page.wait_for_load_state("networkidle")
        texts[f"{state.address} {state.button}"] = untranslated(visitor.page)
    assert {view: missing for view, missing in texts.items() if missing} == {}


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    """Return a visitor with a deck, whose texts are data that `untranslated` knows."""
    visitor.sign_in_with_cookie()
    visitor.create_deck(
        "Physics", [{"front": f"Physics {n}?", "back": "Physics"} for n in range(3)]
    )
    return visitor


def press_and_check(student: Visitor, name: str) -> None:
    """Press the first button whose name contains this text, and check the texts that follow."""
    student.page.wait_for_load_state("networkidle")  # the scripts of a new page are loaded
    student.page.get_by_role("button", name=name).first.click()
    student.page.wait_for_load_state("networkidle")
    assert untranslated(student.page) == [], name


def test_texts_are_translated_during_generation(student: Visitor) -> None:
    page = student.page
    student.open()
    press_and_check(student, "Let another device write")
    press_and_check(student, "Generate")
    page.get_by_label("My notes").check()
    press_and_check(student, "Generate")
    page.get_by_label("⟦Notes⟧", exact=True).fill("Physics 1. " * 900)
    page.get_by_label("Topic (optional)").fill("Physics")
    assert untranslated(page) == []
    cards = iter(range(1000))
    with quick_engine(student, lambda request: [physics_card(next(cards))]):
        press_and_check(student, "Generate")
        student.wait_for_batch("done")
        assert untranslated(page) == []
        for name in ("Show answer", "Edit: ", "Save card", "Throw away", "Undo"):
            press_and_check(student, name)
    press_and_check(student, "Save as deck")
    expect(page.get_by_role("link", name="Physics")).to_be_visible()
    assert untranslated(page) == []


def physics_card(number: int) -> dict[str, str]:
    return {"front": f"Physics {number}?", "back": f"mass {number}"}


def test_texts_are_translated_after_failed_generation(student: Visitor) -> None:
    student.open()
    press_and_check(student, "Let another device write")
    student.page.get_by_label("⟦Topic⟧", exact=True).fill("Physics")
    with quick_engine(student, lambda request: []):
        press_and_check(student, "Generate")
        student.wait_for_batch("failed")
        assert untranslated(student.page) == []


def test_texts_are_translated_during_deck_editing(student: Visitor) -> None:
    student.open("/decks")
    student.page.get_by_role("link", name="Physics", exact=True).click()
    expect(student.page.get_by_role("heading", name="Physics", exact=True)).to_be_visible()
    for name in ("Edit card 1", "Save card", "Delete card 1", "Undo", "More", "Rename", "Cancel"):
        press_and_check(student, name)
    student.page.get_by_role("link", name="Table").click()
    student.page.get_by_label("Choose all cards on this page").check()
    assert untranslated(student.page) == []
    for name in ("Tag", "Cancel", "Move", "Cancel", "⟦Delete⟧", "Undo"):
        press_and_check(student, name)


def test_texts_are_translated_during_import(student: Visitor) -> None:
    page = student.page
    student.open("/decks/import")
    page.get_by_label("Or paste a table").fill("Physics 7?\tPhysics\n\tPhysics\n")
    press_and_check(student, "Look at it")
    press_and_check(student, "Import 2 rows")
    expect(page.get_by_role("heading", name="1 card added")).to_be_visible()
    assert untranslated(page) == []
    press_and_check(student, "Import another file")
    page.get_by_label("Choose a file").set_input_files(
        {"name": "Physics.apkg", "mimeType": "application/zip", "buffer": b"PK\x03\x04 broken"}
    )
    expect(page.get_by_role("alert")).to_contain_text("damaged or encrypted")
    assert untranslated(page) == []


def test_texts_are_translated_during_study(student: Visitor) -> None:
    student.open("/study")
    for name in ("Show answer", "Again", "Undo", "Show answer", "Hard"):
        press_and_check(student, name)
    for rating in ("Good", "Easy"):
        press_and_check(student, "Show answer")
        press_and_check(student, rating)
    for address in ("/progress", "/decks"):
        student.open(address)
        student.page.wait_for_load_state("networkidle")
        assert untranslated(student.page) == []
