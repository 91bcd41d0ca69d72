"""Protection against cells that a spreadsheet would treat as formulas.

An apostrophe turns such a cell into text, and the import removes it again. OWASP, "CSV Injection",
is the source of the characters. A cell that starts with apostrophes and such a character gets one
more apostrophe, so that the import loses none.
"""

import re

DANGEROUS = re.compile(r"'*[ \u00a0\u3000]*(?:[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20|%])")
ESCAPED = re.compile(rf"'(?={DANGEROUS.pattern})")


def escape_formula(cell: str) -> str:
    return f"'{cell}" if DANGEROUS.match(cell) else cell


def unescape_formula(cell: str) -> str:
    """Reverse `escape_formula`."""
    return cell[1:] if ESCAPED.match(cell) else cell
