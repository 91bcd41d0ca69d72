"""Every text on the pages is translated: in the pseudo language, it is in brackets."""

import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e import page_rows
from tests.e2e.conftest import FROM_ONE_ADDRESS, sound_page
from tests.e2e.visitor import Visitor
from tests.processes import RunningServer, running_server
from tests.translations import pseudo

# The texts of the whole page, also those that are hidden or in templates, in their order. A space
# separates blocks, so that a sentence with inline elements stays whole.
TEXTS = """() => {
  const skipped = "script, style, kbd, code, .katex, [data-slot=front], [data-slot=back]";
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
# Data of the rows, product names, names of models, units and names of keys.
DATA = re.compile(
    r"student-\w+|Physics|MindFlip|Anki|CSV|TSV|JSON|Markdown|PDF|SmolLM2\S*|Q4_1|WebGPU|wllama|WebLLM"
)
BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")


@pytest.fixture(scope="module")
def pseudo_server(
    tmp_path_factory: pytest.TempPathFactory, small_model: Path, compiled_pseudo: Path
) -> Iterator[RunningServer]:
    """Run daphne with the pseudo language."""
    with running_server(
        tmp_path_factory.mktemp("server"),
        MINDFLIP_MODELS_DIR=str(small_model),
        MINDFLIP_TEST_LOCALE=str(compiled_pseudo),
        **FROM_ONE_ADDRESS,
    ) as running:
        yield running


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """Yield a page of a browser that prefers the pseudo language."""
    with sound_page(new_context(service_workers="block", locale=pseudo.LANGUAGE)) as page:
        yield page


@pytest.fixture
def visitor(page: Page, pseudo_server: RunningServer) -> Visitor:
    visitor = Visitor(page, pseudo_server, f"student-{secrets.token_hex(4)}")
    visitor.register()
    return visitor


def untranslated(page: Page) -> list[str]:
    """Return the words on the page that are in no brackets and no data."""
    text = page.evaluate(TEXTS)
    while BRACKETS.search(text):
        text = BRACKETS.sub(" ", text)
    return re.findall(r"[^\W\d_]{2,}[^\n]*", DATA.sub(" ", text))


@pytest.mark.parametrize("name", page_rows.PAGES)
def test_every_text_is_translated_on(visitor: Visitor, name: str) -> None:
    texts = {}
    for row in page_rows.ROWS[name]:
        page_rows.open_row(visitor, row)
        visitor.page.wait_for_load_state("networkidle")
        texts[f"{row.address} {row.button}"] = untranslated(visitor.page)
    assert {where: left for where, left in texts.items() if left} == {}
