"""The recorded state of the previous version, upgraded to this one.

The database is migrated, Redis and its task queue are loaded, and the browser's profile can be
opened.
"""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import redis
from playwright.sync_api import Browser, Page, sync_playwright

from tests.helpers.browser import chromium_path, launch_browser, open_context
from tests.helpers.processes import RATES_FOR_ONE_ADDRESS, RunningServer, eventually, running_server
from tests.upgrade import RECORDED, SECRET_KEY, write_models
from tests.upgrade.profile import TIME_ZONE, restore_profile
from tests.upgrade.state import UpgradedState
from tests.upgrade.stores import load_database, load_redis
from tests.upgrade.times import move_times

TRUNCATE_HOURS = "UPDATE sessions_app_hourfigures SET hour = date_trunc('hour', hour)"


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpgradedState]:
    """Yield one upgraded state for all tests of a module.

    Each test changes only data that no other test reads.
    """
    texts = _recorded_texts()
    states: list[UpgradedState] = []

    def load_recorded_state(server: RunningServer) -> None:
        load_database(server.database_url, texts["database.sql"])
        with psycopg.connect(server.database_url) as connection:
            connection.execute(TRUNCATE_HOURS)
        prefix = server.environment["MINDFLIP_REDIS_PREFIX"]
        load_redis(prefix, texts["redis.jsonl"])
        server.manage("migrate", "--verbosity=0")
        states.append(UpgradedState(server, texts, _queued_task_ids(prefix)))

    with running_server(
        tmp_path_factory.mktemp("upgraded"),
        worker=True,
        prepare=load_recorded_state,
        MINDFLIP_SECRET_KEY=SECRET_KEY,
        MINDFLIP_MODELS_DIR=str(write_models(tmp_path_factory.mktemp("models") / "models")),
        **RATES_FOR_ONE_ADDRESS,
    ) as server:
        (state,) = states
        log = server.worker.log
        eventually(lambda: all(_is_processed(log, task_id) for task_id in state.task_ids))
        state.readiness = server.get("/readyz")
        yield state


def _recorded_texts() -> dict[str, str]:
    known = json.loads((RECORDED / "known.json").read_text())
    recorded_at = datetime.fromisoformat(known["recorded_at"])
    offset = datetime.now(UTC).replace(microsecond=0) - recorded_at
    files = [file for file in RECORDED.iterdir() if file.suffix != ".zip"]
    return {file.name: move_times(file.read_text(), offset, SECRET_KEY) for file in files}


def _queued_task_ids(prefix: str) -> list[str]:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        messages = client.lrange(f"{prefix}:celery:celery", 0, -1)
    return [json.loads(message)["headers"]["id"] for message in messages]


def _is_processed(log: Path, task_id: str) -> bool:
    """Return whether the worker ran the task, or logged that the task is unknown."""
    text = log.read_text()
    markers = (f"[{task_id}] succeeded", f"[{task_id}] raised", f"'id': '{task_id}'")
    return any(marker in text for marker in markers)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # This must run before Playwright, because the search for a Chromium may start its own
    # Playwright.
    chromium_path()
    with sync_playwright() as playwright, launch_browser(playwright) as browser:
        yield browser


@pytest.fixture
def open_browser(chromium: Browser, upgraded: UpgradedState) -> Iterator[Callable[[], Page]]:
    """Return a function that opens a page of a browser with the recorded profile.

    The page has not yet loaded anything from the server.
    """
    contexts = []

    def open_restored_page() -> Page:
        contexts.append(open_context(chromium, timezone_id=TIME_ZONE, color_scheme="light"))
        return restore_profile(contexts[-1], upgraded.profile, upgraded.server.url)

    yield open_restored_page
    for context in contexts:
        context.close()
