"""Tags in one cell of a table: between commas, which a tag may hold behind a backslash."""

import re

PIECE = re.compile(r"((?:\\.|[^,\\])*)(?:,|\\?$)", re.DOTALL)
SPECIAL = re.compile(r"([\\,])")


def tags_to_cell(tags: list[str]) -> str:
    return ", ".join(SPECIAL.sub(r"\\\1", tag) for tag in tags)


def tags_from_cell(cell: str) -> tuple[str, ...]:
    """What `tags_to_cell` was given."""
    pieces = (re.sub(r"\\(.)", r"\1", piece).strip() for piece in PIECE.findall(cell))
    return tuple(filter(None, pieces))


def tags_from_foreign_cell(cell: str) -> tuple[str, ...]:
    """Words between commas or semicolons, or else between blanks."""
    pieces = re.split(r"[,;]", cell) if re.search(r"[,;]", cell) else cell.split()
    return tuple(filter(None, (piece.strip() for piece in pieces)))
