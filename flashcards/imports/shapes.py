"""What the calls of imports answer, as types: out of these the OpenAPI document is made."""

from typing import Literal, NotRequired, TypedDict
from uuid import UUID

from flashcards.shapes import Count


class PreviewShape(TypedDict):
    """What a file is; of a table also how it would be read, with its first rows."""

    format: Literal["apkg", "json", "table"]
    encoding: NotRequired[str]
    delimiter: NotRequired[str]
    hasHeader: NotRequired[bool]
    columns: NotRequired[list[str]]
    names: NotRequired[list[str]]
    rows: NotRequired[list[list[str]]]
    rowCount: NotRequired[Count]


class ImportedDeckShape(TypedDict):
    """What an import did to one deck."""

    id: UUID
    name: str
    isNew: bool
    added: Count
    updated: Count
    unchanged: Count


class LeftOutShape(TypedDict):
    """How many cards were left out for one reason, with the beginnings of a few."""

    code: str
    count: Count
    sentence: str
    examples: list[str]


class ImportReportShape(TypedDict):
    """What an import did."""

    format: str
    added: Count
    updated: Count
    unchanged: Count
    decks: list[ImportedDeckShape]
    leftOut: list[LeftOutShape]


class ImportProgressShape(TypedDict):
    """How far an import is, in cards."""

    phase: Literal["reading", "saving"]
    done: Count
    total: Count
