"""The table of parser cases, for pytest and the fuzzers."""

import json
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("parser_cases.json")
CASES: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))


def text_of(case: dict[str, Any]) -> str:
    """Return a case's text, in which [text, times] is replaced by the repeated text."""
    parts = [case["text"]] if isinstance(case["text"], str) else case["text"]
    return "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts)
