"""Every text on the pages is translated: in the pseudo language, it is in brackets."""

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
    r"|What is a vacuole|A bubble that stores things"
    r"|MindFlip|Anki|CSV|TSV|JSON|Markdown|PDF|WebGPU|wllama|WebLLM|UTF-\d+"
    r"|txt|SmolLM2\S*|Instruct|Q4_1"
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
    """Return the words on the page that are in no brackets and no data."""
    text = pseudo.without_brackets(page.evaluate(TEXTS))
    return re.findall(r"[^\W\d_]{2,}[^\n]*", DATA.sub(" ", text))


@pytest.mark.parametrize("name", page_states.PAGES)
def test_every_text_is_translated_on(visitor: Visitor, name: str) -> None:
    texts = {}
    for row in page_states.PAGE_STATES[name]:
        page_states.open_state(visitor, row)
        visitor.page.wait_for_load_state("networkidle")
        texts[f"{row.address} {row.button}"] = untranslated(visitor.page)
    assert {where: left for where, left in texts.items() if left} == {}


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    """Return a visitor with a deck, whose texts are data that `untranslated` knows."""
    visitor.sign_in_with_cookie()
    visitor.create_deck(
        "Physics", [{"front": f"Physics {n}?", "back": "Physics"} for n in range(3)]
    )
    return visitor


def press(student: Visitor, name: str) -> None:
    """Press the first button whose name contains this text, and look at the texts that follow."""
    student.page.get_by_role("button", name=name).first.click()
    student.page.wait_for_load_state("networkidle")
    assert untranslated(student.page) == [], name


def test_every_text_is_translated_while_cards_are_made(student: Visitor) -> None:
    page = student.page
    student.open()
    press(student, "Let another device write")
    press(student, "Generate")
    page.get_by_label("My notes").check()
    press(student, "Generate")
    page.get_by_label("⟦Notes⟧", exact=True).fill("Physics 1. " * 900)
    page.get_by_label("Topic (optional)").fill("Physics")
    assert untranslated(page) == []
    cards = iter(range(1000))
    with quick_engine(student, lambda request: [physics(next(cards))]):
        press(student, "Generate")
        student.wait_for_batch("done")
        assert untranslated(page) == []
        for name in ("Show answer", "Edit: ", "Save card", "Throw away", "Undo"):
            press(student, name)
    press(student, "Save as deck")
    expect(page.get_by_role("link", name="Physics")).to_be_visible()
    assert untranslated(page) == []


def physics(number: int) -> dict[str, str]:
    return {"front": f"Physics {number}?", "back": f"Physics {number}"}


def test_every_text_is_translated_when_a_generation_fails(student: Visitor) -> None:
    student.open()
    press(student, "Let another device write")
    student.page.get_by_label("⟦Topic⟧", exact=True).fill("Physics")
    with quick_engine(student, lambda request: []):
        press(student, "Generate")
        student.wait_for_batch("failed")
        assert untranslated(student.page) == []


def test_every_text_is_translated_while_a_deck_is_edited(student: Visitor) -> None:
    student.open("/decks")
    student.page.get_by_role("link", name="Physics", exact=True).click()
    for name in ("Edit card 1", "Save card", "Delete card 1", "Undo", "More", "Rename", "Cancel"):
        press(student, name)
    student.page.get_by_role("link", name="Table").click()
    student.page.get_by_label("Choose all cards on this page").check()
    assert untranslated(student.page) == []
    for name in ("Tag", "Cancel", "Move", "Cancel", "⟦Delete⟧", "Undo"):
        press(student, name)


def test_every_text_is_translated_during_an_import(student: Visitor) -> None:
    page = student.page
    student.open("/decks/import")
    page.get_by_label("Or paste a table").fill("Physics 7?\tPhysics\n\tPhysics\n")
    press(student, "Look at it")
    press(student, "Import 2 rows")
    expect(page.get_by_role("heading", name="1 card added")).to_be_visible()
    assert untranslated(page) == []
    press(student, "Import another file")
    page.get_by_label("Choose a file").set_input_files(
        {"name": "Physics.apkg", "mimeType": "application/zip", "buffer": b"PK\x03\x04 broken"}
    )
    expect(page.get_by_role("alert")).to_contain_text("damaged or encrypted")
    assert untranslated(page) == []


def test_every_text_is_translated_while_cards_are_studied(student: Visitor) -> None:
    student.open("/study")
    for name in ("Show answer", "Again", "Undo", "Show answer", "Hard"):
        press(student, name)
    for rating in ("Good", "Easy"):
        press(student, "Show answer")
        press(student, rating)
    for address in ("/progress", "/decks"):
        student.open(address)
        student.page.wait_for_load_state("networkidle")
        assert untranslated(student.page) == []
