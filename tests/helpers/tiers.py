"""The two tiers of tests: every run, and `make thorough`.

Tests with the mark `fuzz` run in both, and try much more in `make thorough`. Tests with the mark
`slow` run only there.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

IS_THOROUGH = os.environ.get("MINDFLIP_THOROUGH") == "1"
FACTOR = 20 if IS_THOROUGH else 1
# `make test` tries the same examples in every run, and `make thorough` tries others each time.
# Examples have no deadline, because a busy machine is slow.
settings.register_profile(
    "mindflip",
    deadline=None,
    derandomize=not IS_THOROUGH,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("mindflip")


def fuzz(count: int) -> Callable[[Any], Any]:
    """Run a property test with `count` examples, or with 20 times as many in `make thorough`."""

    def decorate(test: Any) -> Any:
        return pytest.mark.fuzz(settings(max_examples=count * FACTOR)(test))

    return decorate
