"""Alice's objects and all test users, for tests that cover every endpoint."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client, TestCase
from rest_framework.throttling import SimpleRateThrottle

from tests.permissions.objects import Things, things_of
from tests.permissions.users import Knocker, knockers, person


@dataclass
class World:
    """Alice's objects, and all test users with one client for their requests."""

    client: Client
    things: Things
    everybody: list[Knocker]

    def handshake(
        self, knocker: Knocker, method: str, address: str, body: str = "", is_kept: bool = False
    ) -> HttpResponseBase:
        """Send a request, undo what it changes unless `is_kept`, and return the response.

        Requests that must not change anything are sent with `is_kept`, so that a change shows at
        the end.
        """
        accept = "*/*" if address.startswith("/api/") else "text/html"
        with transaction.atomic():
            answer = knocker.handshake(self.client, method, address, body, accept)
            transaction.set_rollback(not is_kept)
        return answer

    def send(
        self,
        knocker: Knocker,
        method: str,
        address: str,
        body: str | bytes = b"",
        media: str = "application/json",
        accept: str = "*/*",
    ) -> HttpResponseBase:
        """Send a request with a body of any media type, undo its changes, and return the response.

        Callbacks that run on commit are executed. Errors of the server are returned as responses.
        """
        self.client.raise_request_exception = False
        try:
            with transaction.atomic():
                with TestCase.captureOnCommitCallbacks(execute=True):
                    answer = knocker.handshake(self.client, method, address, body, accept, media)
                transaction.set_rollback(True)
        finally:
            self.client.raise_request_exception = True
        return answer


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Yield one world for all tests of a module.

    The changes of each test are undone after it, and everything else at the end.
    """
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        # All test users sign in from one address.
        patch.setitem(SimpleRateThrottle.THROTTLE_RATES, "sign-in-name", None)
        client = Client()
        things = things_of(person("alice"))
        yield World(client, things, knockers(client, things.owner))
        transaction.set_rollback(True)
