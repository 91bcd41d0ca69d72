"""The test users, and a clean Redis.

Alice and Bob own data, and Charlie must not see any of it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.contrib.auth.models import User

from mindflip.middleware import FilesMiddleware
from tests.translations import pseudo

PASSWORD = "correct horse battery"


def _user(name: str) -> User:
    return User.objects.create_user(username=name, password=PASSWORD)


@pytest.fixture
def alice(db: None) -> User:
    return _user("alice")


@pytest.fixture
def bob(db: None) -> User:
    return _user("bob")


@pytest.fixture
def charlie(db: None) -> User:
    return _user("charlie")


@pytest.fixture
def password() -> str:
    """Return the password of all test users."""
    return PASSWORD


@pytest.fixture(scope="session")
def compiled_pseudo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pseudo.compile_pseudo(tmp_path_factory.mktemp("pseudo"))


@pytest.fixture
def pseudo_language(settings: Any, compiled_pseudo: Path) -> dict[str, Any]:
    """Offer the pseudo language, and return the headers of a client that prefers it."""
    settings.LANGUAGES = [*settings.LANGUAGES, (pseudo.LANGUAGE, pseudo.NAME)]
    settings.LOCALE_PATHS = [compiled_pseudo]
    return {"HTTP_ACCEPT_LANGUAGE": pseudo.LANGUAGE}


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
