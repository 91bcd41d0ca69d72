"""The whole cast at once, for tests that walk over all doors."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client, TestCase
from rest_framework.throttling import SimpleRateThrottle

from tests.doors.people import Knocker, knockers, person
from tests.doors.things import Things, things_of


@dataclass
class World:
    """Alice's things, and everybody who knocks, through one client."""

    client: Client
    things: Things
    everybody: list[Knocker]

    def handshake(
        self, knocker: Knocker, method: str, address: str, body: str = "", is_kept: bool = False
    ) -> HttpResponseBase:
        """What is done is undone, unless it was not to be done: then it shows at the end."""
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
        """Send a request with a body of any media type, undo what it does, and return its answer,
        also where the server fails.

        What is done after a commit is done.
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
    """One cast for all cells: what a test changes is undone after it, and all of it at the end."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        # everybody signs in from one address
        patch.setitem(SimpleRateThrottle.THROTTLE_RATES, "sign-in-name", None)
        client = Client()
        things = things_of(person("alice"))
        yield World(client, things, knockers(client, things.owner))
        transaction.set_rollback(True)
