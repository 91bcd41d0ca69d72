"""A pytest plugin (`-p tests.spreading`): which tests stay together when several workers share them, and who goes first.

A file stays with one worker, so that its servers start once. All that drive a browser are one group: two browsers at once, or a browser
beside a model, wait for each other and run out of time. That group is the longest and comes first, then what kills processes.
"""

from pathlib import PurePath
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

TURNS = ("e2e", "faults")


class Spreading(LoadFileScheduling):
    """By file, and all files of the browser as if they were one. (Marks would do the same, did xdist 3.8 read them under pytest 9.)"""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "browser" if _turn(file) == 0 else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spreading:
    """Instead of what `--dist` says."""
    return Spreading(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Workers take groups in this order (`--no-loadscope-reorder`)."""
    items.sort(key=lambda item: _turn(item.nodeid.split("::")[0]))


def _turn(file: str) -> int:
    folders = PurePath(file).parts
    return next((turn for turn, folder in enumerate(TURNS) if folder in folders), len(TURNS))
