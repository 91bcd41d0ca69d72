"""Math, code and clozes on cards, in a real browser under the real content policy."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.page_objects import Visitor

CASES_FILE = Path(__file__).resolve().parent.parent / "contract" / "rendering_cases.json"
CASES: list[dict[str, Any]] = json.loads(CASES_FILE.read_text(encoding="utf-8"))
# Convert the page's HTML to the form of the cases: math as its source, and links without a target.
RENDER_ALL = """async (cases) => {
  const { renderInto } = await import("mindflip/text");
  window.ran = [];
  window.alert = (what) => window.ran.push(what);
  const source = (math) => {
    const tex = (math.querySelector("annotation") ?? math).textContent;
    const safe = tex.replace(/}(?=})/g, "} ");
    return math.dataset.math === "display" ? `\\\\[${safe}\\\\]` : `\\\\(${safe}\\\\)`;
  };
  const shown = async (text, cloze) => {
    const element = document.body.appendChild(document.createElement("div"));
    await renderInto(element, text, { cloze });
    const copy = element.cloneNode(true);
    for (const math of copy.querySelectorAll("[data-math]")) math.replaceWith(source(math));
    for (const link of copy.querySelectorAll("a")) link.removeAttribute("target");
    if (!("richShown" in element.dataset)) return copy.innerHTML.trim().replace(/\\s*\\n\\s*/g,
    " ");
    return copy.innerHTML.trim();
  };
  const all = [];
  for (const { text } of cases) all.push([await shown(text), await shown(text, "question"),
      await shown(text, "answer")]);
  return all;
}"""
# Find elements that no card may add to a page. KaTeX draws square roots and braces as SVG without
# handlers, so these are allowed.
FORBIDDEN_ELEMENTS = """() => [...document.querySelectorAll("body > div *")].filter((element) =>
  element.matches(`script, img, iframe, style, form, object, embed, link, base, template, [src],
    [srcdoc]`)
  || (element.matches("svg, svg *") && !element.closest(".katex-html"))
  || (element.matches("a[href]") && !/^https?:/.test(element.href))
  || [...element.attributes].some(({ name }) => name.startsWith("on"))).map((element) =>
      element.outerHTML)"""


@pytest.fixture
def rendered(visitor: Visitor) -> list[list[str]]:
    """Return what the page shows for each case: the text, a cloze's question and its answer."""
    visitor.open("/")
    return visitor.page.evaluate(RENDER_ALL, CASES)


def test_card_text_is_rendered_as_in_contract_cases(rendered: list[list[str]]) -> None:
    mismatches = {
        case["name"]: shown
        for case, shown in zip(CASES, rendered, strict=True)
        if shown[0] not in (case["html"], _without_line_breaks(case["html"]))
        or shown[1] != case.get("question", shown[1])
        or shown[2] != case.get("answer", shown[2])
    }
    assert mismatches == {}


def _without_line_breaks(html: str) -> str:
    """Return the HTML with line breaks and paragraph tags replaced by spaces.

    The page shows text without other markup as plain text, and a style keeps its line breaks.
    """
    return re.sub(r"\s*(</?p>|<br>|\n)+\s*", " ", html).strip()


def test_hostile_card_text_runs_no_script_and_adds_no_forbidden_element(
    visitor: Visitor, rendered: list[list[str]]
) -> None:
    assert visitor.page.evaluate("window.ran") == []
    assert visitor.page.evaluate(FORBIDDEN_ELEMENTS) == []
