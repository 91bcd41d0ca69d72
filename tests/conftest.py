"""The cast, and a clean Redis. Alice owns, Bob has his own, Charlie must see nothing."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.contrib.auth.models import User

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
    """This worker's Redis keys live for one test: rates, tickets and cached results of one never reach the next."""
    yield
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        keys = list(client.scan_iter(f"*{os.environ['MINDFLIP_REDIS_PREFIX']}*", count=1000))
        if keys:
            client.delete(*keys)


@pytest.fixture(autouse=True)
def _passwords_are_hashed_quickly(settings: Any) -> None:
    """A slow hash protects stolen databases; here it would cost a second for each user of the cast."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
