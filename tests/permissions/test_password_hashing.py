"""Passwords are hashed without a database connection, a few at a time, and clients take turns."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from sessions_app import hashers
from tests.helpers.processes import eventually
from tests.helpers.timeouts import TIMEOUT_SECONDS
from tests.helpers.users import PASSWORD

DORA = {"username": "dora", "password": PASSWORD}
ALICE = {"username": "alice", "password": PASSWORD}


@contextmanager
def all_hashing_places_taken() -> Iterator[None]:
    """Take all places for hashing, as other requests would."""
    with ExitStack() as places:
        for _ in range(hashers.CONCURRENT_HASHES):
            places.enter_context(hashers.hashing.place("other requests"))
        yield


def waiting_clients() -> list[str]:
    """Return the clients that wait for a place, in order."""
    return list(hashers.hashing._queues)


def connections_in_use() -> int:
    """Return the number of connections of this process's pool that are in use."""
    statistics = connection.pool.get_stats()  # type: ignore[attr-defined]
    return int(statistics["pool_size"] - statistics["pool_available"])


def request(
    path: str,
    body: dict[str, Any],
    method: str = "POST",
    is_form: bool = False,
    user: User | None = None,
) -> int:
    """Send one request from its own thread, as the server does, and return the status."""
    headers = {"Authorization": f"Bearer {AccessToken.for_user(user)}"} if user else {}
    options = {} if is_form else {"content_type": "application/json"}
    try:
        return getattr(Client(), method.lower())(path, body, headers=headers, **options).status_code
    finally:
        connection.close()


REQUESTS: dict[str, tuple[Callable[[User], int], int]] = {
    "register": (lambda _: request("/api/auth/register", DORA), 201),
    "token": (lambda _: request("/api/auth/token", ALICE), 200),
    "token for an unknown name": (lambda _: request("/api/auth/token", DORA), 401),
    "password": (
        lambda alice: request(
            "/api/account/password",
            {"password": PASSWORD, "newPassword": "a b c d e f"},
            user=alice,
        ),
        204,
    ),
    "sign out": (
        lambda alice: request("/api/account/sign-out", {"password": PASSWORD}, user=alice),
        204,
    ),
    "deletion": (
        lambda alice: request("/api/account", {"password": PASSWORD}, "DELETE", user=alice),
        200,
    ),
    "sign-up page": (
        lambda _: request("/sign-up", {"username": "dora", "password1": PASSWORD}, is_form=True),
        302,
    ),
    "sign-in page": (lambda _: request("/sign-in", ALICE, is_form=True), 302),
    "admin": (lambda _: request("/admin/login/", ALICE | {"next": "/admin/"}, is_form=True), 302),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_request_waiting_for_hash_holds_no_database_connection(
    transactional_db: None, alice: User, name: str
) -> None:
    send, status = REQUESTS[name]
    User.objects.filter(pk=alice.pk).update(is_staff=name == "admin")
    with ThreadPoolExecutor(1) as pool:
        with all_hashing_places_taken():
            in_use_before = connections_in_use()
            future = pool.submit(send, alice)
            assert eventually(waiting_clients) == ["127.0.0.1"]
            assert connections_in_use() == in_use_before
            assert not future.done()
        assert future.result(TIMEOUT_SECONDS) == status


def test_correct_password_is_rejected_if_lockout_starts_during_check(
    transactional_db: None, alice: User, settings: Any
) -> None:
    """Otherwise, guesses that are sent at the same time would all be checked before the lockout."""
    with ThreadPoolExecutor(1) as pool:
        with all_hashing_places_taken():
            future = pool.submit(request, "/api/auth/token", ALICE)
            eventually(waiting_clients)
            AccessAttempt.objects.create(
                username="alice",
                ip_address="127.0.0.1",
                failures_since_start=settings.AXES_FAILURE_LIMIT,
            )
        assert future.result(TIMEOUT_SECONDS) == 429


@pytest.mark.parametrize("path", ["/sign-in", "/api/auth/token"])
def test_password_hash_of_django_hasher_is_accepted_and_upgraded_at_sign_in(
    db: None, alice: User, path: str
) -> None:
    User.objects.filter(pk=alice.pk).update(
        password=PBKDF2PasswordHasher().encode(PASSWORD, "somesalt", 1000)
    )
    assert Client().post(path, ALICE).status_code in (200, 302)
    alice.refresh_from_db()
    assert alice.password.startswith("pbkdf2_sha256$1$")
    assert alice.check_password(PASSWORD)


def test_hashing_alternates_between_clients_regardless_of_request_count() -> None:
    semaphore, order = hashers.FairSemaphore(1), []

    def hash_for(client: str) -> None:
        with semaphore.place(client):
            order.append(client)

    with ThreadPoolExecutor(5) as pool, semaphore.place("other requests"):
        for number, client in enumerate(["busy", "busy", "busy", "alice", "bob"], 1):
            pool.submit(hash_for, client)
            eventually(lambda number=number: sum(map(len, semaphore._queues.values())) == number)
    assert order == ["busy", "alice", "bob", "busy", "busy"]
    with semaphore.place("alice"):
        assert not semaphore._queues
