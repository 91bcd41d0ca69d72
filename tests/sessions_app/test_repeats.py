"""Idempotency-Key when the first request never came to its end."""

import sys
import time

import pytest

from sessions_app.exceptions import Conflict
from sessions_app.services import idempotency

ASKED = idempotency.Repeatable(user_id=1, action="deck", key="one", said=b"{}")


def test_a_key_whose_process_was_killed_is_free_again(monkeypatch):
    monkeypatch.setattr(idempotency, "DOING_SECONDS", 1)
    with pytest.raises(SystemExit):
        idempotency.done_once(ASKED, sys.exit)
    with pytest.raises(Conflict, match="still being done"):
        idempotency.done_once(ASKED, lambda: "second")
    assert _done_within(5) == ("second", False)
    assert idempotency.done_once(ASKED, lambda: "third") == ("second", True)


def _done_within(seconds: float) -> tuple[str, bool] | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return idempotency.done_once(ASKED, lambda: "second")
        except Conflict:
            time.sleep(0.05)
    return None
