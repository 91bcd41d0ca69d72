"""Idempotency-Key when the first request never came to its end."""

import sys
import time

import pytest

from sessions_app.exceptions import Conflict
from sessions_app.services import idempotency

ASKED = idempotency.IdempotentRequest(user_id=1, action="deck", key="one", body=b"{}")


def test_a_key_whose_process_was_killed_is_free_again(monkeypatch):
    monkeypatch.setattr(idempotency, "IN_PROGRESS_SECONDS", 1)
    with pytest.raises(SystemExit):
        idempotency.run_once(ASKED, sys.exit)
    with pytest.raises(Conflict, match="still being done"):
        idempotency.run_once(ASKED, lambda: "second")
    assert _done_within(5) == ("second", False)
    assert idempotency.run_once(ASKED, lambda: "third") == ("second", True)


def _done_within(seconds: float) -> tuple[str, bool] | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return idempotency.run_once(ASKED, lambda: "second")
        except Conflict:
            time.sleep(0.05)
    return None
