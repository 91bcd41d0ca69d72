"""Whichever process dies, each request has exactly one outcome.

`make soak` runs the test for longer. Set MINDFLIP_CHAOS_SEED to repeat a storm.
"""

import os
import secrets
import sys
from pathlib import Path

import pytest

from tests.resilience.chaos import Storm
from tests.resilience.cluster import running_cluster
from tests.resilience.invariants import faults, report

SECONDS = float(os.environ.get("MINDFLIP_CHAOS_SECONDS", "20"))
SEED = int(os.environ.get("MINDFLIP_CHAOS_SEED") or secrets.randbelow(10**6))


async def test_whatever_dies_each_request_has_one_outcome(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with running_cluster(tmp_path) as cluster:
        storm = Storm(cluster, SEED)
        storm.enter()
        await storm.blow(SECONDS)
        with capsys.disabled():
            sys.stderr.write(
                f"\nstorm of {SECONDS:.0f} s, MINDFLIP_CHAOS_SEED={SEED}\n{report(storm)}"
            )
        assert faults(storm) == []
