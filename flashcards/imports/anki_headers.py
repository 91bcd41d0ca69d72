"""The lines at the head of Anki's text exports: `#separator:tab`, `#html:true`, `#tags column:3`.

Source: "Text Files", "File Headers" in Anki's manual. Columns are counted from 1 there, from 0 here.
"""

from dataclasses import dataclass, field

from flashcards.parsing.drafts import clean

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "pipe": "|", "colon": ":"}
ROLE_COLUMNS = {"tags column": "tags", "deck column": "deck", "guid column": "id", "notetype column": "skip"}
LINES = 20


@dataclass
class AnkiHeaders:
    """What the lines say, `length` of them in characters; empty for a file of anybody else."""

    length: int = 0
    delimiter: str = ""
    is_html: bool = False
    deck: str = ""
    tags: tuple[str, ...] = ()
    roles: dict[int, str] = field(default_factory=dict)


def read_headers(text: str) -> AnkiHeaders:
    headers = AnkiHeaders()
    for _ in range(LINES):
        line, end, _rest = text[headers.length :].partition("\n")
        if not (line.startswith("#") and ":" in line and _take(headers, line)):
            break
        headers.length += len(line) + len(end)
    return headers


def _take(headers: AnkiHeaders, line: str) -> bool:
    """Whether the line is one of Anki's."""
    name, _, value = line[1:].partition(":")
    name, value = name.strip().lower(), value.strip("\r\n")
    if name in ROLE_COLUMNS:
        if value.strip().isdecimal() and 0 < int(value[:4]) < 1000:
            headers.roles[int(value[:4]) - 1] = ROLE_COLUMNS[name]
    elif name == "separator":
        headers.delimiter = SEPARATORS.get(value.strip().lower(), value[:1] or "\t")
    elif name == "html":
        headers.is_html = value.strip().lower() == "true"
    elif name == "deck":
        headers.deck = value.strip()
    elif name == "tags":
        headers.tags = tuple(clean(value).split())
    else:
        return name in {"notetype", "columns", "if matches"}
    return True
