"""The fixtures of all tests, and what surrounds each test."""

import os
from collections.abc import Iterator

import pytest
import redis

from mindflip.middleware import FilesMiddleware

# The asserts of helpers explain their failures as those of tests do.
pytest.register_assert_rewrite("tests.helpers", "tests.permissions", "tests.resilience")
pytest_plugins = [
    "tests.fixtures.users",
    "tests.fixtures.sessions",
    "tests.fixtures.decks",
    "tests.fixtures.redis",
    "tests.fixtures.languages",
    "tests.permissions.fixtures",
]


@pytest.fixture(autouse=True)
def _own_redis_keys_are_gone_afterwards() -> Iterator[None]:
    """Delete this worker's Redis keys (rates, tickets, cached results) after each test."""
    yield
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        keys = list(client.scan_iter(f"*{os.environ['MINDFLIP_REDIS_PREFIX']}*", count=1000))
        if keys:
            client.delete(*keys)


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_up_once() -> Iterator[None]:
    """Look up the static files only once, and not for every test client.

    Django creates the middleware for each client. Looking up the modification times of two thousand
    files takes a third of a second.
    """
    look_up, known = FilesMiddleware.add_files_from_manifest, {}

    def look_up_once(middleware: FilesMiddleware) -> None:
        if not known:
            look_up(middleware)
            known.update(middleware.files)
        middleware.files.update(known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FilesMiddleware, "add_files_from_manifest", look_up_once)
        yield
