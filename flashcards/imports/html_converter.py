"""markdownify, taught which Markdown our cards know: no headings, tables or quotes, and no backslash where none is needed."""

import re
import warnings
from typing import Any

from bs4 import MarkupResemblesLocatorWarning
from markdownify import MarkdownConverter

warnings.filterwarnings("ignore", category=MarkupResemblesLocatorWarning)  # a card that reads like the name of a file is a card

SPECIAL = re.compile(r"([`]|\\(?=[!-/:-@\[-`{-~])|(?<![^\W_])_(?=\S)|(?<=\S)_(?![^\W_])|\*(?=\S)|(?<=\S)\*|\[(?=[^\]\[]*\]\())")
LINE_BEGINS = re.compile(r"^([ ]{0,3})([-+](?=[ \t])|~~~)|^([ ]{0,3}[0-9]{1,9})([.)])(?=[ \t])", re.MULTILINE)
PRICE = re.compile(r"\$(?=\S)")
CELL = "\x1f"
RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


def escaped(text: str, *, has_prices: bool) -> str:
    """Plain text so that Markdown shows it as it is. Underscores within words, lone stars and minus signs need no backslash."""
    if has_prices:
        return PRICE.sub(r"\\$", escaped(text, has_prices=False))
    return LINE_BEGINS.sub(_line_escaped, SPECIAL.sub(r"\\\1", text))


class Converter(MarkdownConverter):
    """One side's HTML, parsed, to Markdown."""

    def __init__(self, *, has_prices: bool) -> None:
        super().__init__(bullets="-", autolinks=False)
        self._has_prices = has_prices

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

    def convert_tr(self, el: Any, text: str, parent_tags: Any) -> str:
        """A row is a line."""
        return " · ".join(cell.strip() for cell in text.split(CELL) if cell.strip()) + "\n"

    def convert_td(self, el: Any, text: str, parent_tags: Any) -> str:
        return text.replace("\n", " ") + CELL

    convert_th = convert_td

    def convert_sup(self, el: Any, text: str, parent_tags: Any) -> str:
        """10² and never 102."""
        return _shifted(text, RAISED, "^")

    def convert_sub(self, el: Any, text: str, parent_tags: Any) -> str:
        return _shifted(text, LOWERED, "_")

    def convert_a(self, el: Any, text: str, parent_tags: Any) -> str:
        address = re.sub(r"[\s()<>\\]", lambda sign: f"%{ord(sign[0]):02X}", str(el.get("href") or "").strip())
        is_web = address.lower().startswith(("http://", "https://"))
        return f"[{text}]({address})" if is_web and text.strip() and text != address else text


def _line_escaped(match: re.Match[str]) -> str:
    return f"{match[1]}\\{match[2]}" if match[2] else f"{match[3]}\\{match[4]}"


def _shifted(text: str, table: dict[int, int], sign: str) -> str:
    """In Unicode's own small signs where it has them all."""
    text = text.strip()
    shifted = text.translate(table)
    has_all = not set(text) & set(shifted)
    return shifted if has_all else f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"
