"""Render the sides of cards as safe HTML.

Only a small subset of Markdown is rendered, and only allowed tags and attributes are kept. Math is
left to MathJax. `static/js/pages/text/` does the same in the browser, and
`tests/contract/rendering_cases.json` contains the test cases for both.

This module is pure.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from flashcards.cloze import GAP_CLOSING, HINT, Gap, Math, Spans

_LINK = re.compile(r"https?://", re.IGNORECASE)
_PRODUCT = re.compile(r"(?<=[0-9])\*(?=[0-9])")
_LINE_END = re.compile(r"[ \t]*(\n|$)")

Span = TypeVar("Span", Math, Gap)


def card_html(text: str) -> str:
    r"""Return a side of a card as HTML that is safe in a page and in an Anki note.

    The HTML contains bold, italic, code, lists, line breaks and http(s) links. Math becomes `\(…\)`
    and `\[…\]`, and clozes are left in place. Everything else is text. The HTML cannot run or load
    anything.
    """
    tokens = _PARSER.parse(text)
    if len(tokens) == 3 and tokens[0].type == "paragraph_open":
        tokens[0].hidden = tokens[2].hidden = True
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return _SANITISER.clean(html).strip()


def _spans(state: StateInline | StateBlock) -> Spans:
    """Return the spans of the state's text, which are cached in `state.env`."""
    spans: Spans | None = state.env.get("spans")
    if spans is None or spans.text is not state.src:
        spans = state.env["spans"] = Spans(state.src)
    return spans


def _inline(
    openings: str,
    find: Callable[[Spans, int, int], Span | None],
    push: Callable[[StateInline, Span], None],
) -> Callable[[StateInline, bool], bool]:
    """Return a parser rule that lets `push` add the tokens of the span that `find` returns.

    A span starts with one of the characters in `openings`.
    """

    def rule(state: StateInline, silent: bool) -> bool:
        span = (
            find(_spans(state), state.pos, state.posMax)
            if state.src[state.pos] in openings
            else None
        )
        if span is None:
            return False
        if not silent:
            push(state, span)
        state.pos = span.end
        return True

    return rule


def _display_math(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Parse math that starts at the start of a line and ends at the end of one.

    It can contain blank lines, and lines that look like a list.
    """
    start, limit = state.bMarks[start_line] + state.tShift[start_line], state.eMarks[end_line - 1]
    if not state.src.startswith(("$$", "\\["), start, limit):
        return False
    math = _spans(state).math_at(start, limit)
    if math is None or not _LINE_END.match(state.src, math.end, limit):
        return False
    if not silent:
        _push_math(state, math)
        state.line = start_line + state.src.count("\n", start, math.end) + 1
    return True


def _inline_product(state: StateInline, silent: bool) -> bool:
    """Keep asterisks between digits as text, so that 2*3*4 has no italic 3."""
    if not _PRODUCT.match(state.src, state.pos):
        return False
    if not silent:
        state.pending += "*"
    state.pos += 1
    return True


def _push_math(state: StateInline | StateBlock, math: Math) -> None:
    token = state.push("math", "", 0)
    token.content, token.meta = math.tex.strip(), {"is_display": math.is_display}


def _push_gap(state: StateInline, gap: Gap) -> None:
    """Add the braces of a gap unchanged, and parse its hidden text separately as Markdown."""
    state.push("literal", "", 0).content = f"{{{{c{gap.number}::"
    end = state.posMax
    state.pos, state.posMax = gap.start, gap.body_end
    state.push("body_open", "", 1).hidden = True
    state.md.inline.tokenize(state)
    state.push("body_close", "", -1).hidden = True
    state.posMax = end
    state.push("literal", "", 0).content = (HINT + gap.hint if gap.hint else "") + GAP_CLOSING


def _render_math(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Render math for MathJax.

    Two consecutive closing braces would end a cloze in Anki, so a space is put between them. It
    does not change the meaning of the TeX.
    """
    tex = escapeHtml(tokens[index].content)
    tex = re.sub(r"}(?=})", "} ", tex)
    return f"\\[{tex}\\]" if tokens[index].meta["is_display"] else f"\\({tex}\\)"


def _render_literal(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return escapeHtml(tokens[index].content)


def _render_fence(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return f"<pre><code>{escapeHtml(tokens[index].content)}</code></pre>\n"


def _only_web_links(tag: str, name: str, value: str) -> str | None:
    # The parser accepts an empty address.
    return value if name != "href" or _LINK.match(value) else None


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"breaks": True})
    parser.enable(["fence", "list", "backticks", "emphasis", "escape", "link", "newline"])
    parser.validateLink = lambda url: bool(_LINK.match(url))  # type: ignore[method-assign]
    parser.block.ruler.before("fence", "math", _display_math, {"alt": ["paragraph", "list"]})
    parser.inline.ruler.before("escape", "math", _inline("$\\", Spans.math_at, _push_math))
    parser.inline.ruler.before("escape", "cloze", _inline("{", Spans.gap_at, _push_gap))
    parser.inline.ruler.before("emphasis", "product", _inline_product)
    for name, rule in (
        ("math", _render_math),
        ("literal", _render_literal),
        ("fence", _render_fence),
    ):
        parser.add_render_rule(name, rule)
    return parser


_PARSER = _parser()
_SANITISER = nh3.Cleaner(
    tags={"p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "a"},
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    attribute_filter=_only_web_links,
    url_schemes={"http", "https"},
    link_rel="noopener noreferrer nofollow",  # untranslated: an attribute
)
