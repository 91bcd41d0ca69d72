"""The recorded state of the previous version, upgraded to this one.

The database is migrated, Redis and the queue are taken over, and the browser's profile is ready to
be opened.
"""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest
import redis
from playwright.sync_api import Browser, Page, sync_playwright

from tests.helpers.browser import chromium_path, launch_browser
from tests.helpers.processes import RATES_FOR_ONE_ADDRESS, RunningServer, eventually, running_server
from tests.upgrade import RECORDED, SECRET_KEY, write_models
from tests.upgrade.profile import TIME_ZONE, restore_profile
from tests.upgrade.state import Upgraded
from tests.upgrade.stores import load_database, load_redis
from tests.upgrade.times import move_times

FULL_HOURS = "UPDATE sessions_app_hourfigures SET hour = date_trunc('hour', hour)"


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    """Yield one upgrade for all tests of a module.

    Each test changes only data that no other test looks at.
    """
    texts = _recorded_texts()
    states: list[Upgraded] = []

    def take_over(server: RunningServer) -> None:
        load_database(server.database_url, texts["database.sql"])
        with psycopg.connect(server.database_url) as connection:
            connection.execute(FULL_HOURS)
        prefix = server.environment["MINDFLIP_REDIS_PREFIX"]
        load_redis(prefix, texts["redis.jsonl"])
        server.manage("migrate", "--verbosity=0")
        states.append(Upgraded(server, texts, _queued(prefix)))

    with running_server(
        tmp_path_factory.mktemp("upgraded"),
        worker=True,
        prepare=take_over,
        MINDFLIP_SECRET_KEY=SECRET_KEY,
        MINDFLIP_MODELS_DIR=str(write_models(tmp_path_factory.mktemp("models") / "models")),
        **RATES_FOR_ONE_ADDRESS,
    ) as server:
        (state,) = states
        log = server.worker.log
        eventually(lambda: all(_has_ended(log, each) for each in state.messages), seconds=60)
        state.readiness = httpx.get(f"{server.url}/readyz")
        yield state


def _recorded_texts() -> dict[str, str]:
    known = json.loads((RECORDED / "known.json").read_text())
    recorded_at = datetime.fromisoformat(known["recorded_at"])
    by = datetime.now(UTC).replace(microsecond=0) - recorded_at
    files = [file for file in RECORDED.iterdir() if file.suffix != ".zip"]
    return {file.name: move_times(file.read_text(), by, SECRET_KEY) for file in files}


def _queued(prefix: str) -> list[str]:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        messages = client.lrange(f"{prefix}:celery:celery", 0, -1)
    return [json.loads(message)["headers"]["id"] for message in messages]


def _has_ended(log: Path, message: str) -> bool:
    """Return whether the worker ran this task, or logged that it does not know it."""
    text = log.read_text()
    signs = (f"[{message}] succeeded", f"[{message}] raised", f"'id': '{message}'")
    return any(sign in text for sign in signs)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # This must run before Playwright, because the search for a Chromium may start its own
    # Playwright.
    chromium_path()
    with sync_playwright() as playwright, launch_browser(playwright) as browser:
        yield browser


@pytest.fixture
def open_browser(chromium: Browser, upgraded: Upgraded) -> Iterator[Callable[[], Page]]:
    """Return a function that opens the recorded browser in the state in which its user left it.

    The page that it returns has loaded nothing from the server.
    """
    contexts = []

    def restore() -> Page:
        contexts.append(chromium.new_context(timezone_id=TIME_ZONE, color_scheme="light"))
        return restore_profile(contexts[-1], upgraded.profile, upgraded.server.url)

    yield restore
    for context in contexts:
        context.close()
