"""Each request has exactly one outcome when services are killed at random times.

`make soak` runs the test for longer. Set MINDFLIP_CHAOS_SEED to repeat a run.
"""

import os
import secrets
import sys
from pathlib import Path

import pytest

from tests.resilience.chaos import Chaos
from tests.resilience.cluster import running_cluster
from tests.resilience.invariants import report, violations

SECONDS = float(os.environ.get("MINDFLIP_CHAOS_SECONDS", "20"))
SEED = int(os.environ.get("MINDFLIP_CHAOS_SEED") or secrets.randbelow(10**6))


async def test_requests_have_exactly_one_outcome_when_services_are_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with running_cluster(tmp_path) as cluster:
        chaos = Chaos(cluster, SEED)
        chaos.create_clients()
        await chaos.run(SECONDS)
        with capsys.disabled():
            sys.stderr.write(
                f"\nchaos run of {SECONDS:.0f} s, MINDFLIP_CHAOS_SEED={SEED}\n{report(chaos)}"
            )
        assert violations(chaos) == []
