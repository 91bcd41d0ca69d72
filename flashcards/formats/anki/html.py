"""Convert the HTML of an Anki field to the Markdown of cards, with math between `$` characters.

`flashcards/rendering.py` defines the Markdown of cards.

Every pattern in this module takes linear time on any input, because a file may contain thousands of
fields that were made to be slow. markdownify does most of the work, without headings, tables,
quotes and unnecessary backslashes. Its methods that take quadratic time are replaced.
"""

import html
import re
import warnings
from collections import defaultdict
from typing import Any

from bs4 import (
    BeautifulSoup,
    MarkupResemblesLocatorWarning,
    NavigableString,
    ParserRejectedMarkup,
    Tag,
)
from markdownify import MarkdownConverter

from flashcards.parsing.cards import clean

# Private-use characters replace formulas while the HTML around them is converted.
FIRST_TOKEN, TOKENS = 0xF0000, 65_000
PRIVATE = re.compile("[\U000f0000-\U0010ffff]")
FORMS = [  # Anki's math delimiters: start, end, and whether the math is on a separate line
    (r"\\\(", r"\\\)", False),
    (r"\[\$\]", r"\[/\$\]", False),
    (r"<anki-mathjax>", r"</anki-mathjax>", False),
    (r"\\\[", r"\\\]", True),
    (r"\[\$\$\]", r"\[/\$\$\]", True),
    (r"\[latex\]", r"\[/latex\]", True),
    (r"<anki-mathjax [^<>]*>", r"</anki-mathjax>", True),
]


MATH = re.compile(
    "|".join(f"{begin}((?:(?!{begin}).)+?){end}" for begin, end, _ in FORMS),
    re.DOTALL | re.IGNORECASE,
)
MEDIA = re.compile(
    r"\[sound:([^\]\[]{1,400})\]|\[anki:[^\]\[]{0,400}\]|<(?:img|audio|video|source|object|embed)\b[^<>]*>",
    re.IGNORECASE,
)
SOURCE = re.compile(r"""\b(?:src|data) ?= ?(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
UNSEEN = re.compile(
    r"<(script|style|template|head|title)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)",
    re.DOTALL | re.IGNORECASE,
)
# This matches a `<` that starts no complete tag. Parsers would search for its end again and again.
NO_TAG = re.compile(r"<(?![a-zA-Z/!?][^<>]*>)")
AFTER_BREAK = re.compile(r"(<br ?/?>)[ \t]*\n")  # a newline after a break is not visible
BREAK = re.compile(r"<br ?/?>|</(?:div|p|li)>", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
OPEN_DOLLAR = re.compile(r"(?<!\\)\$")
BLANK_LINES = re.compile(r"\n{3,}")


def text_of_html(source: str) -> str:
    """Return the visible text of a field as Markdown, which may be empty.

    This function never raises an exception, whatever the HTML is.
    """
    seen = MEDIA.sub(" ", UNSEEN.sub("", PRIVATE.sub("", clean(source))))
    formulas: list[str] = []
    waiting = MATH.sub(lambda match: _protect(_formula(match), formulas), seen)
    formula_of = {chr(FIRST_TOKEN + index): formula for index, formula in enumerate(formulas)}
    return tidy(PRIVATE.sub(lambda match: formula_of.get(match[0], ""), _converted(waiting)))


def media_of_html(source: str) -> set[str]:
    """Return the names of the pictures and sounds in a field."""
    return {_media_name(match) for match in MEDIA.finditer(source)}


def tidy(text: str) -> str:
    """Return the text without spaces at the ends of lines or consecutive empty lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    return BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _converted(source: str) -> str:
    has_prices = source.count("$") > 1  # a single `$` cannot be mistaken for math
    if not ("<" in source or "&" in source):
        return escaped(" ".join(source.split()), has_prices=has_prices)
    try:
        return Converter(has_prices=has_prices).convert(
            AFTER_BREAK.sub(r"\1", NO_TAG.sub("&lt;", source))
        )
    except (RecursionError, AssertionError, ValueError, IndexError, ParserRejectedMarkup):
        # The HTML is nested too deeply or cannot be parsed, so only its text is used.
        return escaped(_plain(source), has_prices=has_prices)


def _plain(source: str) -> str:
    return html.unescape(TAG.sub("", BREAK.sub("\n", source)))


def _protect(text: str, formulas: list[str]) -> str:
    if not text or len(formulas) >= TOKENS:
        return ""
    formulas.append(text)
    return chr(FIRST_TOKEN + len(formulas) - 1)


def _formula(match: re.Match[str]) -> str:
    """Return a formula between `$` characters.

    A formula that already contains them gets no more, because [latex] may contain text and several
    formulas.
    """
    form = next(index for index, group in enumerate(match.groups()) if group is not None)
    tex = _plain(match[form + 1]).strip()
    if not tex or OPEN_DOLLAR.search(tex):
        return tex
    return f"$${tex}$$" if FORMS[form][2] else f"${' '.join(tex.split())}$"


def _media_name(match: re.Match[str]) -> str:
    source = SOURCE.search(match[0])
    named = next(filter(None, source.groups()), "") if source else ""
    return match[1] or named or match[0]


# A card may look like the name of a file.
warnings.filterwarnings("ignore", category=MarkupResemblesLocatorWarning)

SPECIAL = re.compile(
    r"([`]|\\(?=[!-/:-@\[-`{-~])|(?<![^\W_])_(?=\S)|(?<=\S)_(?![^\W_])|\*(?=\S)|(?<=\S)\*|\[(?=[^\]\[]*\]\())"
)
LINE_BEGINS = re.compile(
    r"^([ ]{0,3})([-+](?=[ \t])|~~~)|^([ ]{0,3}[0-9]{1,9})([.)])(?=[ \t])", re.MULTILINE
)
PRICE = re.compile(r"\$(?=\S)")
LONG_BLANK = re.compile(r"[\t \r\n]{100,}")
NEXT_LINE = re.compile(r"\n(?=[^\n])")
CELL = "\x1f"
RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


def escaped(text: str, *, has_prices: bool) -> str:
    """Return plain text, escaped so that Markdown shows it unchanged.

    Underscores inside words, lone asterisks, and hyphens inside a line are not escaped. `$`
    characters are escaped if `has_prices` is set.
    """
    if has_prices:
        return PRICE.sub(r"\\$", escaped(text, has_prices=False))
    return LINE_BEGINS.sub(_line_escaped, SPECIAL.sub(r"\\\1", text))


class Element(Tag):
    """An element with a fast search for its ancestors.

    The library searches for a `<pre>` around each element, and the general search is slow.
    """

    def find_parent(self, name: Any = None, *args: Any, **kwargs: Any) -> Any:
        return next((parent for parent in self.parents if parent.name == name), None)


class Converter(MarkdownConverter):
    """Converts the HTML of one side to Markdown."""

    def convert(self, html: str) -> str:
        return str(
            self.convert_soup(BeautifulSoup(html, "html.parser", element_classes={Tag: Element}))
        )

    def __init__(self, *, has_prices: bool) -> None:
        super().__init__(bullets="-", autolinks=False)
        self._has_prices = has_prices
        # The key is the `id()` of a list. The value is the number of its items converted so far.
        self._items_before: dict[int, int] = defaultdict(int)

    def process_text(self, el: Any, parent_tags: Any = None) -> str:
        """Shorten long runs of white space before the text is converted.

        The library would read a run again from each of its characters.
        """
        if "pre" not in parent_tags and LONG_BLANK.search(el):
            shorter = NavigableString(
                LONG_BLANK.sub(lambda run: "\n" if {"\n", "\r"} & set(run[0]) else " ", el)
            )
            el.replace_with(shorter)
            el = shorter
        return str(super().process_text(el, parent_tags=parent_tags))  # type: ignore[misc] # the stubs lack it

    def escape(self, text: str, parent_tags: Any) -> str:
        return escaped(text, has_prices=self._has_prices) if text else ""

    def convert_br(self, el: Any, text: str, parent_tags: Any) -> str:
        return "\n"

    def convert_div(self, el: Any, text: str, parent_tags: Any) -> str:
        return f"\n{text.strip()}\n" if text.strip() else "\n"

    def convert_hN(self, n: int, el: Any, text: str, parent_tags: Any) -> str:  # noqa: N802 - the library's name
        return f"\n\n**{text.strip()}**\n\n" if text.strip() else "\n\n"

    def convert_blockquote(self, el: Any, text: str, parent_tags: Any) -> str:
        return f"\n\n{text.strip()}\n\n"

    def convert_hr(self, el: Any, text: str, parent_tags: Any) -> str:
        return "\n\n"

    convert_table = convert_blockquote

    def convert_pre(self, el: Any, text: str, parent_tags: Any) -> str:
        """Return a fenced code block without blank lines at its ends."""
        blank_lines = text[: len(text) - len(text.lstrip(" \n"))]
        inner = text[blank_lines.rfind("\n") + 1 :].rstrip(" \n")
        return f"\n\n```\n{inner}\n```\n\n" if text else ""

    def convert_li(self, el: Any, text: str, parent_tags: Any) -> str:
        """Return an item, numbered by the items converted so far.

        The library would count all items before each item.
        """
        before, text = self._items_before[id(el.parent)], text.strip()
        self._items_before[id(el.parent)] += 1
        if not text:
            return "\n"
        start = str(el.parent.get("start"))
        bullet = (
            f"{before + (int(start) if start.isnumeric() else 1)}. "
            if el.parent.name == "ol"
            else "- "
        )
        return bullet + NEXT_LINE.sub("\n" + " " * len(bullet), text) + "\n"

    def convert_tr(self, el: Any, text: str, parent_tags: Any) -> str:
        """Return a row as a line."""
        return " · ".join(cell.strip() for cell in text.split(CELL) if cell.strip()) + "\n"

    def convert_td(self, el: Any, text: str, parent_tags: Any) -> str:
        return text.replace("\n", " ") + CELL

    convert_th = convert_td

    def convert_sup(self, el: Any, text: str, parent_tags: Any) -> str:
        """Return a superscript, so that 10² does not become 102."""
        return _shifted(text, RAISED, "^")

    def convert_sub(self, el: Any, text: str, parent_tags: Any) -> str:
        return _shifted(text, LOWERED, "_")

    def convert_a(self, el: Any, text: str, parent_tags: Any) -> str:
        address = re.sub(
            r"[\s()<>\\]", lambda match: f"%{ord(match[0]):02X}", str(el.get("href") or "").strip()
        )
        is_web = address.lower().startswith(("http://", "https://"))
        return f"[{text}]({address})" if is_web and text.strip() and text != address else text


def _line_escaped(match: re.Match[str]) -> str:
    return f"{match[1]}\\{match[2]}" if match[2] else f"{match[3]}\\{match[4]}"


def _shifted(text: str, table: dict[int, int], marker: str) -> str:
    """Return the text in Unicode's raised or lowered characters, or else after `marker`."""
    text = text.strip()
    shifted = text.translate(table)
    has_all = not set(text) & set(shifted)
    return shifted if has_all else f"{marker}{text}" if len(text) == 1 else f"{marker}({text})"
