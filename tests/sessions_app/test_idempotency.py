"""Idempotency-Key: a request can be repeated if the first one never finished."""

import sys

import pytest

from sessions_app.exceptions import Conflict
from sessions_app.rest import idempotency
from tests.helpers.processes import eventually

REQUEST = {"name": "repeat:1:deck:key", "digest": "digest of the body"}


def test_key_of_killed_request_can_be_used_again_after_timeout(monkeypatch):
    monkeypatch.setattr(idempotency, "IN_PROGRESS_SECONDS", 3)
    with pytest.raises(SystemExit):
        idempotency.run_once(**REQUEST, make=sys.exit)
    with pytest.raises(Conflict, match="still being done"):
        idempotency.run_once(**REQUEST, make=lambda: "second")
    assert eventually(_repeat) == ("second", False)
    assert idempotency.run_once(**REQUEST, make=lambda: "third") == ("second", True)


def _repeat() -> tuple[str, bool] | None:
    try:
        return idempotency.run_once(**REQUEST, make=lambda: "second")
    except Conflict:
        return None
