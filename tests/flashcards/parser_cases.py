"""The table of parser cases, as pytest and the fuzzers use it."""

import json
from pathlib import Path
from typing import Any

TABLE = Path(__file__).resolve().parent.parent / "contract" / "parser_cases.json"
CASES: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))


def text_of(case: dict[str, Any]) -> str:
    """A case's text, where [sign, times] stands for repetition."""
    parts = [case["text"]] if isinstance(case["text"], str) else case["text"]
    return "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts)
