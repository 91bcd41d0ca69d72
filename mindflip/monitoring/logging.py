"""The two log formats: lines for people, and JSON objects for machines.

Secrets are removed from both (see `redact`).
"""

import logging
import re
from typing import Any

from pythonjsonlogger.msgspec import MsgspecFormatter

from sessions_app import log_context

# Only these fields and the IDs are logged, because libraries attach whole requests and the
# arguments of tasks.
_FIELDS = (
    "time",
    "level",
    "logger",
    "message",
    "method",
    "path",
    "status",
    "seconds",
    "traceback",
)
_RENAMED = {"levelname": "level", "name": "logger", "exc_info": "traceback"}
_IDS = ("request_id", "session_id", "generation_id", "task", "task_id")
REDACTED = "[hidden]"
_NAMES = (
    r"ticket|token|access|refresh|password|passwd|secret|csrfmiddlewaretoken|sessionid|csrftoken"
    r"|authorization|cookie|dsn"
)
_RULES = [
    # PostgreSQL quotes whole rows, which can contain prompts and cards.
    (
        re.compile(
            r"\b(DETAIL|CONTEXT|HINT): .*?(?=\n\n(?:The above exception|During handling)|\Z)",
            re.DOTALL,
        ),
        rf"\1: {REDACTED}",
    ),
    (re.compile(rf"(?i)(?<![A-Za-z0-9])({_NAMES})=[^&\s\"'<>]+"), rf"\1={REDACTED}"),
    (re.compile(rf"""(?i)(["'](?:{_NAMES})["']\s*:\s*)(["']).*?\2"""), rf"\1\2{REDACTED}\2"),
    (re.compile(r"(?i)\b(bearer|basic) [A-Za-z0-9._~+/=-]{8,}"), rf"\1 {REDACTED}"),
    # This is a token with three parts. The lookahead checks the text after the first part only
    # once, not once for each possible start of the token in it.
    (
        re.compile(r"(?<![\w-])(?=[\w-]++\.[\w-]++\.)([\w-]*?)\beyJ[\w-]++\.[\w-]++\.[\w-]*+"),
        rf"\1{REDACTED}",
    ),
    (re.compile(r"(://[^\s:/@]*:)[^\s@/]+@"), rf"\1{REDACTED}@"),
]


class LineFormatter(logging.Formatter):
    """A formatter for lines with time, level, logger and message, followed by the traceback."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonFormatter(MsgspecFormatter):
    """A formatter that writes one JSON object per line.

    It contains those of the fields above that have a value, and the bound IDs
    (`sessions_app.log_context`).
    """

    def __init__(self) -> None:
        super().__init__(["levelname", "name", "message"], rename_fields=_RENAMED, timestamp="time")

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        fields = {**log_context.bound(), **log_data}
        shown = {name: fields[name] for name in (*_FIELDS, *_IDS) if fields.get(name) is not None}
        return shown | {
            name: redact(shown[name]) for name in ("message", "path", "traceback") if name in shown
        }


def redact(text: str) -> str:
    """Return `text` without tickets, tokens, passwords and the content of rows.

    These must not appear in logs and error reports. Our own code does not log them, but libraries
    include them in messages and exceptions.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
