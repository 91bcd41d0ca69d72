"""A pytest plugin (`-p tests.spreading`): which tests stay together when several workers share
them, and who goes first.

A file stays with one worker, so that its servers start once. All that runs models in a browser is
one group, and so is all that drives a browser without: two browsers of a kind at once wait for each
other and run out of time. The models take longest and come first, then what kills processes; the
other browser has its turn among the files that need none.
"""

from pathlib import PurePath
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

MODELS = {"engines", "test_lighthouse.py", "test_pages_devices.py", "test_pages_make.py"}


class Spreading(LoadFileScheduling):
    """By file, or by kind of browser.

    (Marks would do the same, did xdist 3.8 read them under pytest 9.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        parts = PurePath(file).parts
        if not {"e2e", "upgrade"}.intersection(parts):
            return file
        return "models" if MODELS.intersection(parts) else "pages"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spreading:
    """Instead of what `--dist` says."""
    return Spreading(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Workers take groups in this order (`--no-loadscope-reorder`)."""
    items.sort(key=lambda item: _turn(PurePath(item.nodeid.split("::")[0]).parts))


def _turn(parts: tuple[str, ...]) -> int:
    if "e2e" in parts and MODELS.intersection(parts):
        return 0
    return 1 if "faults" in parts else 2
