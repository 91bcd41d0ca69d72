"""HTML of a field as our text: the Markdown that cards know (flashcards/rendering.py), math between dollar signs, and nothing else.

Every pattern here is linear on any input: a file may bring thousands of fields made to be slow.
"""

import html
import re

from bs4 import ParserRejectedMarkup

from flashcards.imports.html_converter import Converter, escaped
from flashcards.parsing.drafts import clean

FIRST_TOKEN, TOKENS = 0xF0000, 65_000  # private signs that stand for a formula while the HTML around it is converted
PRIVATE = re.compile("[\U000f0000-\U0010ffff]")
FORMS = [  # how Anki writes math: the beginning, the end, whether it stands on a line of its own
    (r"\\\(", r"\\\)", False),
    (r"\[\$\]", r"\[/\$\]", False),
    (r"<anki-mathjax>", r"</anki-mathjax>", False),
    (r"\\\[", r"\\\]", True),
    (r"\[\$\$\]", r"\[/\$\$\]", True),
    (r"\[latex\]", r"\[/latex\]", True),
    (r"<anki-mathjax [^<>]*>", r"</anki-mathjax>", True),
]
MATH = re.compile("|".join(f"{begin}((?:(?!{begin}).)+?){end}" for begin, end, _ in FORMS), re.DOTALL | re.IGNORECASE)
MEDIA = re.compile(r"\[sound:([^\]\[]{1,400})\]|\[anki:[^\]\[]{0,400}\]|<(?:img|audio|video|source|object|embed)\b[^<>]*>", re.IGNORECASE)
SOURCE = re.compile(r"""\b(?:src|data) ?= ?(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
UNSEEN = re.compile(r"<(script|style|template|head|title)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)", re.DOTALL | re.IGNORECASE)
NO_TAG = re.compile(r"<(?![a-zA-Z/!?][^<>]*>)")  # parsers look for the end of such a one again and again
AFTER_BREAK = re.compile(r"(<br ?/?>)[ \t]*\n")  # the end of a line of HTML, not one more to see
BREAK = re.compile(r"<br ?/?>|</(?:div|p|li)>", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
OPEN_DOLLAR = re.compile(r"(?<!\\)\$")
BLANK_LINES = re.compile(r"\n{3,}")


def text_of_html(source: str) -> str:
    """The text; empty when there is none to see. Never raises, whatever the HTML is."""
    seen = MEDIA.sub(" ", UNSEEN.sub("", PRIVATE.sub("", clean(source))))
    held: list[str] = []
    waiting = MATH.sub(lambda match: _hold(_formula(match), held), seen)
    return tidy(_released(_converted(waiting), held))


def media_of_html(source: str) -> set[str]:
    """Names of the pictures and sounds that a field shows."""
    return {_media_name(match) for match in MEDIA.finditer(source)}


def tidy(text: str) -> str:
    """Without spaces at ends of lines and more than one empty line at a time."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    return BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _converted(source: str) -> str:
    has_prices = source.count("$") > 1  # one alone cannot be taken for math
    if not ("<" in source or "&" in source):
        return escaped(" ".join(source.split()), has_prices=has_prices)
    try:
        return Converter(has_prices=has_prices).convert(AFTER_BREAK.sub(r"\1", NO_TAG.sub("&lt;", source)))
    except (RecursionError, AssertionError, ValueError, IndexError, ParserRejectedMarkup):
        return escaped(_plain(source), has_prices=has_prices)  # nested a thousand deep, or no HTML by any reading: its words alone


def _plain(source: str) -> str:
    return html.unescape(TAG.sub("", BREAK.sub("\n", source)))


def _hold(text: str, held: list[str]) -> str:
    if not text or len(held) >= TOKENS:
        return ""
    held.append(text)
    return chr(FIRST_TOKEN + len(held) - 1)


def _released(text: str, held: list[str]) -> str:
    known = {FIRST_TOKEN + index: one for index, one in enumerate(held)}
    return PRIVATE.sub(lambda sign: known.get(ord(sign[0]), ""), text)


def _formula(match: re.Match[str]) -> str:
    """[latex] may hold dollar signs of its own, and text around them."""
    form = next(index for index, group in enumerate(match.groups()) if group is not None)
    tex = _plain(match[form + 1]).strip()
    if not tex or OPEN_DOLLAR.search(tex):
        return tex
    return f"$${tex}$$" if FORMS[form][2] else f"${' '.join(tex.split())}$"


def _media_name(match: re.Match[str]) -> str:
    source = SOURCE.search(match[0])
    named = next(filter(None, source.groups()), "") if source else ""
    return match[1] or named or match[0]
