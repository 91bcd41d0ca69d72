"""Fixtures for requests with hostile values."""

import pytest
from rest_framework.throttling import SimpleRateThrottle


@pytest.fixture
def without_rate_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable the rate limits, so that no request is rejected before its value is read."""
    for scope in SimpleRateThrottle.THROTTLE_RATES:
        monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, scope, None)
