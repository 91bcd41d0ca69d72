"""A pytest plugin (`-p tests.xdist_groups`) that assigns tests to workers and orders them.

A file stays with one worker, so that its servers start only once. All tests that run models in a
browser are one group, and so are all other browser tests: two browsers of a kind at the same time
wait for each other and time out. Both groups start first, because they take longest, then the tests
that kill processes. The other files are small and fill the workers at the end.
"""

from pathlib import PurePath
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

MODELS = {"engines", "test_pages_devices.py", "test_pages_generate.py"}


class GroupScheduling(LoadFileScheduling):
    """A scheduler that groups tests by file or by kind of browser.

    Marks would do the same, but xdist 3.8 does not read them under pytest 9.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return _browser_group(PurePath(file).parts) or file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    """Replace the scheduler that `--dist` selects."""
    return GroupScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the groups; workers take them in this order (`--no-loadscope-reorder`)."""
    items.sort(key=lambda item: _order(PurePath(item.nodeid.split("::")[0]).parts))


def _browser_group(parts: tuple[str, ...]) -> str:
    """Return the group of a file with browser tests, or "" for other files."""
    if not {"e2e", "upgrade"}.intersection(parts):
        return ""
    return "models" if MODELS.intersection(parts) else "pages"


def _order(parts: tuple[str, ...]) -> int:
    if group := _browser_group(parts):
        return ("models", "pages").index(group)
    return 2 if "resilience" in parts else 3
