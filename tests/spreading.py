"""A pytest plugin (`-p tests.spreading`): which tests stay together when several workers share them, and who goes first.

A file stays with one worker, so that its server and its browser start once. All that runs models is one group: only one model runs
at a time, and a second worker would wait for it with nothing to do. The longest groups come first, so that no worker ends alone.
"""

from pathlib import PurePath

import pytest

LONG = ("faults", "e2e")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before xdist reads the groups (`--dist loadgroup --no-loadscope-reorder`)."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=_turn)


def _group(item: pytest.Item) -> str:
    return "models" if _runs_models(item) else item.path.stem


def _turn(item: pytest.Item) -> int:
    if _runs_models(item):
        return 0
    folders = PurePath(item.nodeid).parts
    return next((turn for turn, folder in enumerate(LONG, 1) if folder in folders), len(LONG) + 1)


def _runs_models(item: pytest.Item) -> bool:
    return "one_model_at_a_time" in getattr(item, "fixturenames", ())
