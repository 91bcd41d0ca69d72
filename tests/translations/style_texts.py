"""Find texts in style sheets, which cannot be translated: part of `make check`.

Use `content: attr(data-label)`, and translate the attribute in the template.
"""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CONTENT = re.compile(r"""\bcontent:[^;}"']*(?:"([^"]*)"|'([^']*)')""")
ESCAPE = re.compile(r"\\[0-9a-f]{1,6} ?", re.IGNORECASE)


def style_sheets() -> Iterator[str]:
    for path in sorted((ROOT / "static" / "css").rglob("*.css")):
        yield path.relative_to(ROOT).as_posix()


def untranslated(source: str) -> list[tuple[int, str]]:
    """Return the line and the text of each `content` that has letters."""
    return [
        (source.count("\n", 0, match.start()) + 1, text)
        for match in CONTENT.finditer(source)
        if re.search(r"[^\W\d_]", ESCAPE.sub("", text := match[1] or match[2] or ""))
    ]
