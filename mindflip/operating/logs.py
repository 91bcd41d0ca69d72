"""The two forms of a log line: for people, and one JSON object for machines. In neither is a secret (see `secrets`)."""

import logging
from typing import Any

from pythonjsonlogger.msgspec import MsgspecFormatter

from mindflip.operating.secrets import hide
from sessions_app import log_ids

# a list of what may stand there, not of what may not: libraries attach whole requests and the arguments of tasks
_MEMBERS = ("time", "level", "logger", "message", "method", "path", "status", "seconds", "traceback")
_RENAMED = {"levelname": "level", "name": "logger", "exc_info": "traceback"}
_IDS = ("request_id", "session_id", "generation_id", "task", "task_id")


class LineFormatter(logging.Formatter):
    """`time level logger message`, and the traceback below."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return hide(super().format(record))


class JsonFormatter(MsgspecFormatter):
    """One object a line: the members above as far as they apply, and the ids that are bound (`sessions_app.log_ids`)."""

    def __init__(self) -> None:
        super().__init__(["levelname", "name", "message"], rename_fields=_RENAMED, timestamp="time")

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        found = {**log_ids.bound(), **log_data}
        shown = {name: found[name] for name in (*_MEMBERS, *_IDS) if found.get(name) is not None}
        return shown | {name: hide(shown[name]) for name in ("message", "path", "traceback") if name in shown}
