"""Idempotency-Key: a request can be repeated if the first one never finished."""

import sys
import time

import pytest

from sessions_app.exceptions import Conflict
from sessions_app.rest import idempotency

REQUEST = {"name": "repeat:1:deck:key", "digest": "digest of the body"}


def test_key_of_killed_request_can_be_used_again_after_timeout(monkeypatch):
    monkeypatch.setattr(idempotency, "IN_PROGRESS_SECONDS", 3)
    with pytest.raises(SystemExit):
        idempotency.run_once(**REQUEST, make=sys.exit)
    with pytest.raises(Conflict, match="still being done"):
        idempotency.run_once(**REQUEST, make=lambda: "second")
    assert _retry_for(60) == ("second", False)
    assert idempotency.run_once(**REQUEST, make=lambda: "third") == ("second", True)


def _retry_for(seconds: float) -> tuple[str, bool] | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return idempotency.run_once(**REQUEST, make=lambda: "second")
        except Conflict:
            time.sleep(0.05)
    return None
