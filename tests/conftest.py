"""Fixtures for all tests."""

import os
from collections.abc import Iterator

import pytest
import redis

from mindflip.middleware import FilesMiddleware

# Failed asserts in helpers show their values, like those in tests.
pytest.register_assert_rewrite("tests.helpers", "tests.permissions", "tests.resilience")
pytest_plugins = [
    "tests.helpers.tiers",
    "tests.fixtures.users",
    "tests.fixtures.sessions",
    "tests.fixtures.decks",
    "tests.fixtures.redis",
    "tests.fixtures.languages",
    "tests.permissions.fixtures",
]


@pytest.fixture(autouse=True)
def _delete_redis_keys() -> Iterator[None]:
    """Delete this worker's Redis keys (rates, tickets, cached results) after each test."""
    yield
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        keys = list(client.scan_iter(f"*{os.environ['MINDFLIP_REDIS_PREFIX']}*", count=1000))
        if keys:
            client.delete(*keys)


@pytest.fixture(scope="session", autouse=True)
def _cache_static_files() -> Iterator[None]:
    """Look up the static files only once, and not for every test client.

    Django creates the middleware for each client. Looking up the modification times of two thousand
    files takes a third of a second.
    """
    add_files, cached_files = FilesMiddleware.add_files_from_manifest, {}

    def add_cached_files(middleware: FilesMiddleware) -> None:
        if not cached_files:
            add_files(middleware)
            cached_files.update(middleware.files)
        middleware.files.update(cached_files)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FilesMiddleware, "add_files_from_manifest", add_cached_files)
        yield
