"""Cards as HTML: the table that the browser shares, and hostile text."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.cloze import Spans
from flashcards.rendering import card_html
from tests.helpers.call_counts import count_calls
from tests.helpers.tiers import fuzz

TABLE = Path(__file__).resolve().parent.parent / "contract" / "rendering_cases.json"
CASES: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))
ALLOWED = {
    "p": [],
    "br": [],
    "strong": [],
    "em": [],
    "code": [],
    "pre": [],
    "ul": [],
    "ol": ["start"],
    "li": [],
    "a": ["href", "rel"],
}
MARKUP = [
    "*",
    "_",
    "`",
    "$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "{{c1::",
    "{{c0::",
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
GAP_MARKUP = ["{{c1::", "{{c0::", "::", "}}", "}}", "$", "\\(", "\\)", " ", "a"]


class DisallowedHtmlCollector(HTMLParser):
    """A parser that collects disallowed tags, attributes and links, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.disallowed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = ALLOWED.get(tag)
        self.disallowed += (
            [tag]
            if allowed is None
            else [f"{tag} {name}" for name, _ in attrs if name not in allowed]
        )
        self.disallowed += [
            value or ""
            for name, value in attrs
            if name == "href" and not re.match("https?://", value or "", re.IGNORECASE)
        ]


# Each text consists of repetitions of its first string, followed by repetitions of the next one.
HOSTILE = {
    "gaps, then math": ["{{c1::", "\\("],
    "gaps": ["{{c1::"],
    "gaps in brackets": ["[{{c1::"],
    "gaps with math": ["{{c1::\\("],
    "gaps with dollars": ["{{c1::$a"],
    "gaps and hints": ["{{c1::a::"],
    "closed gaps": ["{{c1::a}}"],
    "nested gaps": ["{{c1::", "}}"],
    "math": ["\\("],
    "display math": ["\\[\n"],
    "dollars": ["$a "],
    "double dollars": ["$$a"],
    "prices": ["$5 in a"],
}


def disallowed_html(html: str) -> list[str]:
    collector = DisallowedHtmlCollector()
    collector.feed(html)
    collector.close()
    return collector.disallowed


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_rendered_card_html_matches_shared_cases(case: dict[str, Any]) -> None:
    assert card_html(case["text"]) == case["html"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_html_of_shared_cases_contains_only_allowed_tags_and_links(case: dict[str, Any]) -> None:
    assert disallowed_html(card_html(case["text"])) == []


@fuzz(100)
@given(st.lists(st.sampled_from(MARKUP), max_size=40).map("".join))
def test_html_of_arbitrary_markup_contains_only_allowed_tags_and_links(text: str) -> None:
    assert disallowed_html(card_html(text)) == []


@fuzz(500)
@given(st.lists(st.sampled_from(GAP_MARKUP), min_size=5, max_size=30).map("".join), st.data())
def test_gap_ends_at_its_own_closing_braces_outside_of_math(text: str, data: st.DataObject) -> None:
    spans = Spans(text)
    for limit in (len(text), data.draw(st.integers(0, len(text)))):
        for at in range(limit):
            gap = spans.gap_at(at, limit)
            is_opening = text.startswith("{{c1::", at, limit)
            body, end = walk_gap(spans, at + 6, limit) if is_opening else ("", None)
            assert (gap and gap.end) == (end if body.strip() else None)
            assert gap is None or text[gap.start : gap.body_end] == body


def walk_gap(spans: Spans, at: int, limit: int) -> tuple[str, int | None]:
    """Return the text that a gap hides and the position after its closing braces.

    The closing braces are the first ones in a walk over characters, formulas and nested gaps. A gap
    without closing braces hides nothing and has no end position.
    """
    start, hint_at, text = at, None, spans.text
    while at < limit:
        if text.startswith("}}", at, limit):
            return text[start : at if hint_at is None else hint_at], at + 2
        math = spans.math_at(at, limit)
        if re.match(r"\{\{c[01]::", text[at:limit]):
            end = walk_gap(spans, at + 6, limit)[1]
            if end is None:
                break
        else:
            end = math.end if math else at + 1
        if hint_at is None and text.startswith("::", at, limit):
            hint_at = at
        at = end
    return "", None


@pytest.mark.parametrize("name", HOSTILE)
def test_rendering_work_grows_linearly_with_length_of_card(name: str) -> None:
    short, long = (
        "".join(unit * (length // len(HOSTILE[name]) // len(unit)) for unit in HOSTILE[name])
        for length in (500, 2_000)
    )
    card_html(short)  # fills the caches
    assert count_calls(lambda: card_html(long)) < 6 * count_calls(lambda: card_html(short))


def test_html_of_longest_repeated_markup_contains_only_allowed_tags_and_links() -> None:
    for piece in MARKUP:
        assert disallowed_html(card_html((piece * 2000)[:2000])) == []
