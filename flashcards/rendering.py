"""Cards as safe HTML: a small subset of Markdown through an allow-list, math left to MathJax. PURE.

The browser does the same in static/js/pages/text/, over one table: tests/contract/rendering_cases.json.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# Of one dollar: no blank inside its ends, one line, no digit after it, no letter or digit before it. So `$5 and $10` are prices.
_INLINE = re.compile(r"\$(?=[^\s$])((?:\\[^\n]|[^\\$\n])+?)(?<!\s)\$(?![0-9])|\\\((.+?)\\\)", re.DOTALL)
_DISPLAY = re.compile(r"\$\$(.+?)\$\$|\\\[(.+?)\\\]", re.DOTALL)
_PRICE = re.compile(r"[0-9][^\\^_={}]*[\s(][A-Za-z]{2}")  # "$5/month (or 60$)": words after an amount, and nothing that only TeX has
_CLOZE = re.compile(r"\{\{c([0-9]{1,3})::")
_CLOSE = "}}"
_LINK = re.compile(r"https?://", re.IGNORECASE)
_PRODUCT = re.compile(r"(?<=[0-9])\*(?=[0-9])")
_LINE_END = re.compile(r"[ \t]*(\n|$)")


@dataclass(frozen=True)
class _Math:
    tex: str
    is_display: bool
    end: int


@dataclass(frozen=True)
class _Cloze:
    """What it hides stands from `start` to `body_end`."""

    number: str
    start: int
    body_end: int
    hint: str
    end: int


Found = TypeVar("Found", _Math, _Cloze)


def card_html(text: str) -> str:
    """A side of a card as HTML that is safe to put into a page or a note of Anki.

    Bold, italic, code, lists, line breaks and http(s) links; math as `\\(…\\)` and `\\[…\\]`; clozes left in place; everything
    else is text. Nothing in it can run or load anything.
    """
    tokens = _PARSER.parse(text)
    if len(tokens) == 3 and tokens[0].type == "paragraph_open":
        tokens[0].hidden = tokens[2].hidden = True
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return _SANITISER.clean(html).strip()


def _math_at(text: str, at: int) -> _Math | None:
    """The math that begins there."""
    if display := _DISPLAY.match(text, at):
        return _Math(display[1] or display[2], True, display.end())
    inline = _INLINE.match(text, at)
    if inline is None or (inline[1] is not None and (text[at - 1 : at].isalnum() or _PRICE.match(inline[1]))):
        return None
    return _Math(inline[1] or inline[2], False, inline.end())


def _cloze_at(text: str, at: int) -> _Cloze | None:
    """`{{c1::hidden::hint}}` that begins there; math inside may hold `}}` and `::`."""
    opening = _CLOZE.match(text, at)
    if opening is None:
        return None
    here, hint_at = opening.end(), -1
    while here < len(text):
        if text.startswith(_CLOSE, here):
            body_end = here if hint_at < 0 else hint_at
            return _Cloze(opening[1], opening.end(), body_end, text[body_end + 2 : here].strip(), here + len(_CLOSE))
        if hint_at < 0 and text.startswith("::", here):
            hint_at = here
        found = _math_at(text, here)
        here = found.end if found else here + 1
    return None


def _inline(find: Callable[[str, int], Found | None], push: Callable[[StateInline, Found], None]) -> Callable[[StateInline, bool], bool]:
    """A rule of the parser: what `find` sees at a place becomes the tokens that `push` adds."""

    def rule(state: StateInline, silent: bool) -> bool:
        found = find(state.src[: state.posMax], state.pos)
        if found is None:
            return False
        if not silent:
            push(state, found)
        state.pos = found.end
        return True

    return rule


def _display_math(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Math that begins a line and ends one may hold blank lines, and lines that look like a list."""
    start, source = state.bMarks[start_line] + state.tShift[start_line], state.src[: state.eMarks[end_line - 1]]
    found = _math_at(source, start) if source.startswith(("$$", "\\["), start) else None
    if found is None or not _LINE_END.match(source, found.end):
        return False
    if not silent:
        _push_math(state, found)
        state.line = start_line + source.count("\n", start, found.end) + 1
    return True


def _inline_product(state: StateInline, silent: bool) -> bool:
    """2*3*4 has no italic three."""
    if not _PRODUCT.match(state.src, state.pos):
        return False
    if not silent:
        state.pending += "*"
    state.pos += 1
    return True


def _push_math(state: StateInline | StateBlock, found: _Math) -> None:
    token = state.push("math", "", 0)
    token.content, token.meta = found.tex.strip(), {"is_display": found.is_display}


def _push_cloze(state: StateInline, found: _Cloze) -> None:
    """Its braces as they were, and what it hides as Markdown of its own."""
    state.push("literal", "", 0).content = f"{{{{c{found.number}::"
    end = state.posMax
    state.pos, state.posMax = found.start, found.body_end
    state.push("body_open", "", 1).hidden = True
    state.md.inline.tokenize(state)
    state.push("body_close", "", -1).hidden = True
    state.posMax = end
    state.push("literal", "", 0).content = (f"::{found.hint}" if found.hint else "") + _CLOSE


def _render_math(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """For MathJax; two closing braces would end a cloze of Anki, and mean the same apart."""
    tex = escapeHtml(tokens[index].content)
    tex = re.sub(r"}(?=})", "} ", tex)
    return f"\\[{tex}\\]" if tokens[index].meta["is_display"] else f"\\({tex}\\)"


def _render_literal(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return escapeHtml(tokens[index].content)


def _render_fence(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return f"<pre><code>{escapeHtml(tokens[index].content)}</code></pre>\n"


def _only_web_links(tag: str, name: str, value: str) -> str | None:
    return value if name != "href" or _LINK.match(value) else None  # the parser lets an empty address pass


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"breaks": True})
    parser.enable(["fence", "list", "backticks", "emphasis", "escape", "link", "newline"])
    parser.validateLink = lambda url: bool(_LINK.match(url))  # type: ignore[method-assign]
    parser.block.ruler.before("fence", "math", _display_math, {"alt": ["paragraph", "list"]})
    parser.inline.ruler.before("escape", "math", _inline(_math_at, _push_math))
    parser.inline.ruler.before("escape", "cloze", _inline(_cloze_at, _push_cloze))
    parser.inline.ruler.before("emphasis", "product", _inline_product)
    for name, rule in (("math", _render_math), ("literal", _render_literal), ("fence", _render_fence)):
        parser.add_render_rule(name, rule)
    return parser


_PARSER = _parser()
_SANITISER = nh3.Cleaner(
    tags={"p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "a"},
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    attribute_filter=_only_web_links,
    url_schemes={"http", "https"},
    link_rel="noopener noreferrer nofollow",
)
