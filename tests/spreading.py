"""A pytest plugin (`-p tests.spreading`): which tests stay together when several workers share them, and who goes first.

A file stays with one worker, so that its server and its browser start once. All that runs models is one group: only one model runs
at a time, and a second worker would wait for it with nothing to do. The longest groups come first, so that no worker ends alone.
"""

from functools import cache
from pathlib import Path, PurePath
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

ROOT = Path(__file__).resolve().parent.parent
LONG = ("faults", "e2e")


class Spreading(LoadFileScheduling):
    """By file, and all files that run models as if they were one. (Marks would do the same, did xdist 3.8 read them under pytest 9.)"""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "models" if runs_models(file) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spreading:
    """Instead of what `--dist` says."""
    return Spreading(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those with models first; workers take groups in this order (`--no-loadscope-reorder`)."""
    items.sort(key=lambda item: _turn(item.nodeid.split("::")[0]))


@cache
def runs_models(file: str) -> bool:
    """Whether something in it waits for its turn with a model."""
    return "e2e/engines" in file or "one_model_at_a_time" in (ROOT / file).read_text()


def _turn(file: str) -> int:
    if runs_models(file):
        return 0
    folders = PurePath(file).parts
    return next((turn for turn, folder in enumerate(LONG, 1) if folder in folders), len(LONG) + 1)
