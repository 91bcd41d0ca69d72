"""The cast, and a clean Redis. Alice owns, Bob has his own, Charlie must see nothing."""

import os
from collections.abc import Iterator

import pytest
import redis
from django.contrib.auth.models import User

from mindflip.middleware import FilesMiddleware

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
    """The password of the whole cast."""
    return PASSWORD


@pytest.fixture(autouse=True)
def _own_redis_keys_are_gone_afterwards() -> Iterator[None]:
    """This worker's Redis keys live for one test: rates, tickets and cached results of one never
    reach the next.
    """
    yield
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        keys = list(client.scan_iter(f"*{os.environ['MINDFLIP_REDIS_PREFIX']}*", count=1000))
        if keys:
            client.delete(*keys)


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_up_once() -> Iterator[None]:
    """Each new client of Django's makes the middleware anew, which would ask for the age of two
    thousand files: a third of a second.
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
