"""The fixture `scenario`: Alice's objects and all test users, for tests of every endpoint."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client, TestCase
from rest_framework.throttling import SimpleRateThrottle

from tests.permissions.objects import Objects, create_objects
from tests.permissions.users import Identity, create_identities, make_user


@dataclass
class Scenario:
    """Alice's objects, and all test users with one client for their requests."""

    client: Client
    objects: Objects
    identities: list[Identity]

    def request(
        self,
        identity: Identity,
        method: str,
        address: str,
        body: str = "",
        keep_changes: bool = False,
    ) -> HttpResponseBase:
        """Send a request, undo its changes unless `keep_changes`, and return the response.

        Requests that must not change anything are sent with `keep_changes`, so that the test can
        compare all rows at the end.
        """
        accept = "*/*" if address.startswith("/api/") else "text/html"
        with transaction.atomic():
            response = identity.request(self.client, method, address, body, accept)
            transaction.set_rollback(not keep_changes)
        return response

    def send(
        self,
        identity: Identity,
        method: str,
        address: str,
        body: str | bytes = b"",
        media_type: str = "application/json",
        accept: str = "*/*",
    ) -> HttpResponseBase:
        """Send a request with a body of any media type, undo its changes, and return the response.

        On-commit callbacks are executed. Server errors are returned as responses.
        """
        self.client.raise_request_exception = False
        try:
            with transaction.atomic():
                with TestCase.captureOnCommitCallbacks(execute=True):
                    response = identity.request(
                        self.client, method, address, body, accept, media_type
                    )
                transaction.set_rollback(True)
        finally:
            self.client.raise_request_exception = True
        return response


@pytest.fixture(scope="module")
def scenario(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scenario]:
    """Yield one scenario for all tests of a module.

    The changes of each test are undone after the test, and the scenario after the module.
    """
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        # All test users sign in from one address.
        patch.setitem(SimpleRateThrottle.THROTTLE_RATES, "sign-in-name", None)
        client = Client()
        objects = create_objects(make_user("alice"))
        yield Scenario(client, objects, create_identities(client, objects.owner))
        transaction.set_rollback(True)
