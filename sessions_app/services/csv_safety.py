"""Cells that a spreadsheet would take for a formula, made dead by an apostrophe and alive again by
our import.

Source of the signs: OWASP, "CSV Injection". A cell that begins with apostrophes and such a sign
gets one more, so that none is lost.
"""

import re

DANGEROUS = re.compile(r"'*[ \u00a0\u3000]*(?:[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20|%])")
ESCAPED = re.compile(rf"'(?={DANGEROUS.pattern})")


def escape_formula(cell: str) -> str:
    return f"'{cell}" if DANGEROUS.match(cell) else cell


def unescape_formula(cell: str) -> str:
    """What `escape_formula` was given."""
    return cell[1:] if ESCAPED.match(cell) else cell
