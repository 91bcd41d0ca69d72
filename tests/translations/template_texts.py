"""Find texts in templates that are not translated: part of `make check`.

A text is a letter between HTML tags or in an attribute that is displayed or read aloud. Texts in
Django's own tags and variables count too, and so does `pluralize`, which supports only English.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import DebugLexer, TokenType

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT_ATTRIBUTES = {"alt", "aria-label", "aria-description", "aria-roledescription", "placeholder"}
TEXT_ATTRIBUTES |= {
    "aria-placeholder",
    "aria-valuetext",
    "title",
    "label",
    "content",
    "data-label",
    "data-text",
    "data-confirm",
}
# A name, a file format, or code that is the same in every language.
NAMES = re.compile(
    r"MindFlip|width=device-width, initial-scale=1|light dark|#[0-9a-f]{6}\b|noindex"
)
UNTRANSLATED_ELEMENTS = {"script", "style", "kbd", "code"}
# A string in a tag or variable, with the name of its argument or filter.
STRING = re.compile(r"""(?:(?P<name>[\w-]+)[=:])?(?<![_(\w])(?:"([^"]*)"|'([^']*)')""")
TEXT_ARGUMENTS = {"title", "hint", "label", "text", "question", "confirm"}
TEXT_ARGUMENTS |= {"default", "default_if_none", "yesno", "add", "join"}
# Strings of these tags and filters are names of templates, files, URLs, libraries and formats.
NAME_TAGS = {"load", "extends", "static", "url", "block", "get_current_language"}
NAME_FILTERS = {"date", "time", "floatformat", "stringformat"}
# Django's `templatize` reads these texts differently from the templates.
NOT_EXTRACTED = re.compile(r"""_\((?:"[^"]*|'[^']*)[%|\\]|^trans(?:late)? (?:"[^"]*|'[^']*)\\""")
LETTER = re.compile(r"[^\W\d_]")
NAME = re.compile(r"^[a-z0-9_./:#-]*$")
CONTEXT = re.compile(r"""\bcontext\s+(?:"[^"]*"|'[^']*')""")
# This block is part of an attribute that names CSS classes.
CLASSES_BLOCK = re.compile(r"({% block bodyclass %})(.*?)({% endblock %})")


def templates() -> Iterator[str]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield path.relative_to(ROOT).as_posix()


def untranslated(source: str) -> list[tuple[int, str]]:
    """Return the line and the text of each text that is not in `translate` or `blocktranslate`."""
    source = CLASSES_BLOCK.sub(lambda match: match[1] + " " * len(match[2]) + match[3], source)
    texts: list[tuple[int, str]] = []
    html: list[str] = []
    is_translated = is_comment = False
    for token in DebugLexer(source).tokenize():
        name = token.contents.split()[0] if token.contents.split() else ""
        if token.token_type == TokenType.BLOCK and name in ("comment", "endcomment"):
            is_comment = name == "comment"
        if token.token_type == TokenType.BLOCK and name in ("blocktranslate", "blocktrans"):
            is_translated = True
        start, end = token.position
        is_html = token.token_type == TokenType.TEXT and not (is_translated or is_comment)
        html.append(source[start:end] if is_html else re.sub(r"\S", " ", source[start:end]))
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            texts += [(token.lineno, text) for text in _texts_in_token(token.contents, name)]
        if token.token_type == TokenType.BLOCK and name in ("endblocktranslate", "endblocktrans"):
            is_translated = False
    for line, text in texts_of_html("".join(html)):
        remaining_text = NAMES.sub("", text).strip()
        if LETTER.search(remaining_text):
            texts.append((line, remaining_text))
    return sorted(texts)


def texts_of_html(html: str) -> list[tuple[int, str]]:
    """Return the line and the text of each element and of each attribute in TEXT_ATTRIBUTES."""
    parser = _TextParser()
    parser.feed(html)
    parser.close()
    return parser.texts


def _texts_in_token(contents: str, name: str) -> Iterator[str]:
    if "|pluralize" in contents or NOT_EXTRACTED.search(contents):
        yield contents
    if name in {"translate", "trans", *NAME_TAGS}:
        return
    for match in STRING.finditer(CONTEXT.sub("", contents)):
        text = match[2] if match[2] is not None else match[3]
        is_name = match["name"] in NAME_FILTERS or (
            match["name"] not in TEXT_ARGUMENTS and NAME.match(text)
        )
        if LETTER.search(text) and not is_name:
            yield text


class _TextParser(HTMLParser):
    """A parser that collects texts of elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[tuple[int, str]] = []
        self.untranslated_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.untranslated_depth += tag in UNTRANSLATED_ELEMENTS
        attributes = dict(attrs)
        is_button = tag == "input" and attributes.get("type") in ("submit", "button", "reset")
        for name, value in attributes.items():
            if name in TEXT_ATTRIBUTES or (name == "value" and is_button):
                self._add(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self.untranslated_depth -= tag in UNTRANSLATED_ELEMENTS

    def handle_data(self, data: str) -> None:
        if not self.untranslated_depth:
            self._add(data)

    def _add(self, text: str) -> None:
        self.texts.append((self.getpos()[0], text))
