"""Cards as HTML: the table that the browser reads too, and text that wants to be more than text."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.rendering import card_html

TABLE = Path(__file__).resolve().parent.parent / "contract" / "rendering_cases.json"
CASES: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))
ALLOWED = {"p": [], "br": [], "strong": [], "em": [], "code": [], "pre": [], "ul": [], "ol": ["start"], "li": [], "a": ["href", "rel"]}
SIGNS = [
    "*",
    "_",
    "`",
    "$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "{{c1::",
    "::",
    "}}",
    "[x](",
    "https://e.x",
    "javascript:",
    ")",
    "\n",
    "- ",
    "1. ",
    "```",
    " ",
    "a",
    "<b",
    ">",
]


class Reader(HTMLParser):
    """Collects what is not on the list, as a browser would see it."""

    def __init__(self) -> None:
        super().__init__()
        self.strangers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = ALLOWED.get(tag)
        self.strangers += [tag] if known is None else [f"{tag} {name}" for name, _ in attrs if name not in known]
        self.strangers += [value or "" for name, value in attrs if name == "href" and not re.match("https?://", value or "", re.IGNORECASE)]


def strangers(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.strangers


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_card_is_rendered_as_the_table_says(case: dict[str, Any]) -> None:
    assert card_html(case["text"]) == case["html"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_nothing_that_is_not_on_the_list_gets_through(case: dict[str, Any]) -> None:
    assert strangers(card_html(case["text"])) == []


@given(st.lists(st.sampled_from(SIGNS), max_size=40).map("".join))
def test_any_mixture_of_signs_is_rendered_and_stays_on_the_list(text: str) -> None:
    assert strangers(card_html(text)) == []


def test_the_longest_card_of_the_worst_signs_is_rendered() -> None:
    for sign in SIGNS:
        assert strangers(card_html((sign * 2000)[:2000])) == []
