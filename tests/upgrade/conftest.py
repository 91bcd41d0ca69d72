"""The recorded state of the previous version, upgraded to this one.

The database is migrated, Redis and the queue are taken over, and the browser's profile is ready to
be opened.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import redis
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import CHROMIUM, FROM_ONE_ADDRESS, launched
from tests.e2e.visitor import PASSWORD
from tests.processes import RunningServer, eventually, running_server
from tests.upgrade import RECORDED, SECRET_KEY, write_models
from tests.upgrade.profile import HOST, TIME_ZONE, restore_profile
from tests.upgrade.stores import load_database, load_redis
from tests.upgrade.times import move_times

FULL_HOURS = "UPDATE sessions_app_hourfigures SET hour = date_trunc('hour', hour)"


@dataclass
class Upgraded:
    """This version with the recorded state, in which all times are moved to the present.

    `messages` are the IDs of the queued tasks. `readiness` is the response of /readyz after they
    ran.
    """

    server: RunningServer
    texts: dict[str, str]
    messages: list[str]
    readiness: httpx.Response | None = None

    @cached_property
    def known(self) -> dict[str, Any]:
        """The values that the recorder stored about the state."""
        return json.loads(self.texts["known.json"])

    @cached_property
    def profile(self) -> dict[str, Any]:
        text = self.texts["browser.json"]
        return json.loads(text.replace(HOST, urlsplit(self.server.url).netloc))

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """Run SQL with the names of tables, which do not change when a model is renamed."""
        with psycopg.connect(self.server.database_url) as connection:
            return connection.execute(statement, values).fetchall()  # type: ignore[call-overload]

    def value(self, statement: str, *values: Any) -> Any:
        ((value,),) = self.rows(statement, *values)
        return value

    def signed_in(self, name: str) -> httpx.Client:
        """Return a client with a new token for the user, obtained with the recorded password."""
        body = {"username": name, "password": PASSWORD}
        answer = httpx.post(f"{self.server.url}/api/auth/token", json=body).raise_for_status()
        return self.with_token(answer.json()["access"])

    def with_token(self, token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.server.url, headers=headers, timeout=30)

    def with_cookie(self, name: str) -> httpx.Client:
        """Return a client with the recorded cookie of a user who signed in on a page."""
        cookies = {each["name"]: each["value"] for each in self.profile["cookies"]}
        value = self.known.get(f"{name}_cookie") or cookies["sessionid"]
        return httpx.Client(
            base_url=self.server.url, cookies={"sessionid": value}, follow_redirects=True
        )


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
        **FROM_ONE_ADDRESS,
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
    CHROMIUM()
    with sync_playwright() as playwright, launched(playwright) as browser:
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
