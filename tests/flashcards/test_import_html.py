"""Conversion of HTML fields of other programs to text: results, safety and running time."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashcards.formats.anki.html import media_of_html, text_of_html
from flashcards.rendering import card_html
from tests.helpers.call_counts import count_calls
from tests.helpers.tiers import fuzz

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "contract" / "rendering_cases.json").read_text()
)
DIFFERENT_HTML = {
    "a fence that nothing closes",
    "a link to nowhere",
    "a link that runs, with a tab",
    "a link with a quote in it",
}  # these look the same when rendered again, but their HTML differs
TEXTS = {
    "a<br>b<div>c</div><div>d</div>": "a\nb\nc\nd",
    "<p>a</p><p>b</p>": "a\n\nb",
    "What is <b>x</b>?&nbsp;<i>y</i>": "What is **x**? *y*",
    "\\(x^2 &lt; y_1\\) and [$]z[/$]": "$x^2 < y_1$ and $z$",
    "\\[a<br>b\\][$$]c[/$$][latex]d[/latex]": "$$a\nb$$$$c$$$$d$$",
    '<anki-mathjax block="true">x</anki-mathjax> <anki-mathjax>y</anki-mathjax>': "$$x$$ $y$",
    "10<sup>2</sup> H<sub>2</sub>O x<sup>ab</sup>": "10² H₂O x^(ab)",
    "<ul><li>one</li><li>two</li></ul>": "- one\n- two",
    "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>": "a · b\nc · d",
    "<h2>Head</h2>text": "**Head**\n\ntext",
    "from $5 to $6": "from \\$5 to \\$6",
    "only $5": "only $5",
    "snake_case 2 * 3 C:\\Users": "snake_case 2 * 3 C:\\Users",
    "- no list": "\\- no list",
    "{{c1::a <b>b</b>::hint}} c": "{{c1::a **b**::hint}} c",
    "a <img src='x.png'> b [sound:y.mp3]": "a b",
    "<a href='https://e.org/a_(b)'>page</a>": "[page](https://e.org/a_%28b%29)",
    "<a href='javascript:alert(1)'>page</a><script>alert(1)</script><style>*{}</style>": "page",
    "&lt;script&gt;alert(1)&lt;/script&gt;": "<script>alert(1)</script>",
}
SLOW_PIECES = [
    "<b>",
    "<div>",
    "<a ",
    "\\(",
    "[latex]",
    "<script",
    "<!--",
    "<img ",
    "<table><tr><td>",
    "{{c1::",
    "&",
    " ",
    "_",
    "<anki-mathjax>",
    "<p><ul><li>",
]


@pytest.mark.parametrize("source", TEXTS)
def test_html_is_converted_to_equivalent_text(source: str) -> None:
    assert text_of_html(source) == TEXTS[source]


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case["name"] not in DIFFERENT_HTML],
    ids=lambda case: case["name"],
)
def test_rendered_card_converted_to_text_renders_to_same_html(case: dict[str, Any]) -> None:
    rendered = card_html(case["text"])
    assert card_html(text_of_html(rendered)) == rendered


def test_media_names_are_extracted_from_html_without_duplicates() -> None:
    assert media_of_html(
        "<img src='a.png'><IMG SRC=b.png>[sound:c.mp3]<img src=\"a.png\"><audio src=d.ogg>"
    ) == {
        "a.png",
        "b.png",
        "c.mp3",
        "d.ogg",
    }


@pytest.mark.parametrize("piece", SLOW_PIECES)
def test_pathological_html_is_converted_within_5_seconds(piece: str) -> None:
    start = time.process_time()
    text_of_html(piece * (64_000 // len(piece)))
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "template", ["<b>x{}x</b>y", "x<br>{}x", "<pre>x{}x</pre>y", "<b>x{}<img src=a>x</b>"]
)
@pytest.mark.parametrize("blank", [" ", "\t", "&#32;"])
def test_html_with_500000_whitespace_characters_is_converted(template: str, blank: str) -> None:
    # A regular expression that doesn't run in linear time would take hours.
    text = text_of_html(template.format(blank * 500_000))
    assert text.startswith(("**x", "x", "```\nx"))


@pytest.mark.parametrize(
    ("blank", "expected"),
    [(" " * 150, " "), (" " * 80 + "\n" + " " * 80, "\n"), ("\r\n" * 90, "\n")],
)
def test_long_whitespace_collapses_to_single_space_or_newline(blank: str, expected: str) -> None:
    assert text_of_html(f"<b>one{blank}two</b>") == f"**one{expected}two**"


def test_list_items_are_numbered_in_linear_time() -> None:
    few, many = (f"<ol start=3>{'<li>a</li>' * count}</ol>" for count in (100, 400))
    assert text_of_html(few).splitlines()[-1] == "102. a"
    assert count_calls(lambda: text_of_html(many)) < 6 * count_calls(lambda: text_of_html(few))


@pytest.mark.parametrize(
    "source", ["a <![><td> b", "<![a]>x", "<![CDATA[x]]> y", "<!DOCTYPE [x> z"]
)
def test_malformed_declarations_are_converted_to_text(source: str) -> None:
    assert text_of_html(source)


@fuzz(150)
@given(
    st.lists(
        st.sampled_from(
            [
                *SLOW_PIECES,
                *TEXTS,
                "</b>",
                "</div>",
                ">",
                "\\)",
                "]]>",
                "<?",
                "<![",
                "<!",
                "&#x110000;",
                "\U000f0001",
                "x",
            ]
        )
    ).map("".join)
)
def test_text_of_arbitrary_html_renders_without_scripts_and_images(source: str) -> None:
    rendered = card_html(text_of_html(source))
    assert "<script" not in rendered
    assert "<img" not in rendered
