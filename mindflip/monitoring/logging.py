"""The two forms of a log line: for people, and one JSON object for machines.

In neither is a secret (see `redact`).
"""

import logging
import re
from typing import Any

from pythonjsonlogger.msgspec import MsgspecFormatter

from sessions_app import log_context

# a list of what may stand there, not of what may not: libraries attach whole requests and the
# arguments of tasks
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
    # PostgreSQL quotes whole rows, prompts and cards among them
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
    # a token of three parts; what follows the first part is looked at once, wherever in it the
    # token begins
    (
        re.compile(r"(?<![\w-])(?=[\w-]++\.[\w-]++\.)([\w-]*?)\beyJ[\w-]++\.[\w-]++\.[\w-]*+"),
        rf"\1{REDACTED}",
    ),
    (re.compile(r"(://[^\s:/@]*:)[^\s@/]+@"), rf"\1{REDACTED}@"),
]


class LineFormatter(logging.Formatter):
    """`time level logger message`, and the traceback below."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonFormatter(MsgspecFormatter):
    """One object a line: the members above as far as they apply, and the ids that are bound
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
    """The text without what never leaves a process, in a log or an error report: tickets, tokens,
    passwords, and what rows hold.

    Nothing of ours writes these down; this is for what libraries put into their messages and
    exceptions.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
