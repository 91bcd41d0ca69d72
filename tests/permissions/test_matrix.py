"""Every route of the server, with each of its methods, for every test user.

The expected responses are in `matrix.py`.
"""

import json
import re
from fnmatch import fnmatch
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client

from tests.helpers.routes import http_routes
from tests.permissions.matrix import (
    ADMIN_SUBPAGES,
    FROM_ROW,
    IGNORES_AUTHENTICATION,
    ROWS,
    Expected,
)
from tests.permissions.objects import SECRET, Objects, all_rows
from tests.permissions.users import Identity

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def is_admin_subpage(name: str) -> bool:
    return name not in ROWS and any(fnmatch(name, pattern) for pattern in ADMIN_SUBPAGES)


def test_matrix_has_one_row_for_each_route():
    names = {name for name in http_routes() if not is_admin_subpage(name)}
    assert names - set(ROWS) == set(), "give these routes a row in tests/permissions/matrix.py"
    assert set(ROWS) - names == set(), "remove these rows, which have no route"


@pytest.mark.parametrize("name", sorted(ROWS))
def test_route_returns_expected_response_to_every_user(scenario, name):
    objects, row, before = scenario.objects, ROWS[name], all_rows()
    address = (
        http_routes()[name].address(
            objects.ids | {key: objects.ids[object_name] for key, object_name in row.ids.items()}
        )
        + row.query
    )
    mismatches = []
    for method, call in row.calls.items():
        expected, body = call if isinstance(call, tuple) else (call, None)
        for identity in scenario.identities:
            expected_for_user = row.access.expected(identity.name, identity.authentication)
            response = scenario.request(
                identity,
                method,
                address,
                fill_in_ids(body, objects),
                keep_changes=expected_for_user not in (FROM_ROW, expected),
            )
            mismatches += find_mismatch(identity, method, expected_for_user or expected, response)
    assert mismatches == []
    assert all_rows() == before, "a rejected request changed rows"


@pytest.mark.parametrize("name", sorted(name for name in ROWS if not name.startswith("admin:")))
def test_methods_without_expected_response_are_rejected_with_405(scenario, name):
    address = http_routes()[name].address(scenario.objects.ids)
    authorized = next(
        identity
        for identity in scenario.identities
        if ROWS[name].access.expected(identity.name, identity.authentication) == FROM_ROW
    )
    others = [method for method in METHODS if method not in ROWS[name].calls]
    assert {
        method: scenario.request(authorized, method, address).status_code for method in others
    } == dict.fromkeys(others, 405)


@pytest.mark.parametrize("name", sorted(name for name in http_routes() if is_admin_subpage(name)))
def test_admin_subpages_reject_non_staff_and_edits_of_non_superusers(scenario, name):
    address = http_routes()[name].address(
        {"object_id": scenario.objects.ids["session_id"], "id": scenario.objects.owner.pk}
    )
    for identity in scenario.identities:
        response = scenario.request(identity, "GET", address)
        is_staff = identity.authentication == "cookie" and identity.name in ("staff", "support")
        assert is_staff or response.status_code in (302, 404), (identity, response.status_code)
        assert not (
            is_staff and name.endswith(("_add", "_delete", "_password_change"))
        ) or response.status_code in (302, 403, 404), identity


def find_mismatch(
    identity: Identity, method: str, expected: Expected, response: HttpResponseBase
) -> list[str]:
    """Return a message if the response is wrong, or an empty list."""
    actual = (
        response.headers.get("Location", "").partition("?")[0]
        if response.status_code == 302
        else response.status_code
    )
    description = f"{method} as {identity.name} with {identity.authentication}"
    if actual != expected:
        return [f"{description}: {actual} instead of {expected}"]
    if identity.name == "alice" or response.streaming or SECRET not in response.content.decode():
        return []
    return [f"{description}: the response contains Alice's text"]


def fill_in_ids(body: Any, objects: Objects) -> str:
    return (
        re.sub(r"<(\w+)>", lambda match: objects.ids[match[1]], json.dumps(body))
        if body is not None
        else ""
    )


def test_request_with_cookie_but_without_csrf_token_is_rejected_with_403(scenario):
    """Another site can make a browser send its cookie, but does not know the CSRF token.

    Endpoints that ignore authentication also ignore cookies, so they are left out.
    """
    csrf_client, before = Client(enforce_csrf_checks=True), all_rows()
    rows = {name: row for name, row in ROWS.items() if row.access is not IGNORES_AUTHENTICATION}
    calls = [
        (name, method) for name, row in rows.items() for method in row.calls if method != "GET"
    ]
    alice = next(
        identity
        for identity in scenario.identities
        if identity.name == "alice" and identity.authentication == "cookie"
    )
    statuses = {
        (name, method): alice.request(
            csrf_client,
            method,
            http_routes()[name].address(scenario.objects.ids),
            "{}",
            "text/html",
        ).status_code
        for name, method in calls
    }
    assert statuses == dict.fromkeys(calls, 403)
    assert all_rows() == before
