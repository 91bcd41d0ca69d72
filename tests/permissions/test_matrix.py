"""Every route of the server, with each of its methods, for every test user.

The expected responses are in `table.py`.
"""

import json
import re
from fnmatch import fnmatch
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client

from tests.helpers.routes import http_routes
from tests.permissions.matrix import AS_TOLD, BEHIND_LISTS, OPEN, ROWS, Answer
from tests.permissions.objects import SECRET, Things, written_rows
from tests.permissions.users import Knocker

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def is_behind_a_list(name: str) -> bool:
    return name not in ROWS and any(fnmatch(name, pattern) for pattern in BEHIND_LISTS)


def test_every_route_has_its_row_and_every_row_its_route():
    names = {name for name in http_routes() if not is_behind_a_list(name)}
    assert names - set(ROWS) == set(), "give these routes a row in tests/permissions/matrix.py"
    assert set(ROWS) - names == set(), "these rows have no route any more"


@pytest.mark.parametrize("name", sorted(ROWS))
def test_everybody_gets_the_answer_of_the_table(world, name):
    things, row, before = world.things, ROWS[name], written_rows()
    address = (
        http_routes()[name].address(
            things.ids | {key: things.ids[thing] for key, thing in row.ids.items()}
        )
        + row.query
    )
    wrong = []
    for method, call in row.calls.items():
        answer, body = call if isinstance(call, tuple) else (call, None)
        for knocker in world.everybody:
            expected = row.kind.answer(knocker.name, knocker.means)
            response = world.handshake(
                knocker,
                method,
                address,
                filled(body, things),
                is_kept=expected not in (AS_TOLD, answer),
            )
            wrong += fault(knocker, method, expected or answer, response)
    assert wrong == []
    assert written_rows() == before, "somebody who was turned away changed something"


@pytest.mark.parametrize("name", sorted(name for name in ROWS if not name.startswith("admin:")))
def test_no_other_method_is_there(world, name):
    address = http_routes()[name].address(world.things.ids)
    guest = next(
        knocker
        for knocker in world.everybody
        if ROWS[name].kind.answer(knocker.name, knocker.means) == AS_TOLD
    )
    others = [method for method in METHODS if method not in ROWS[name].calls]
    assert {
        method: world.handshake(guest, method, address).status_code for method in others
    } == dict.fromkeys(others, 405)


@pytest.mark.parametrize("name", sorted(name for name in http_routes() if is_behind_a_list(name)))
def test_behind_the_admins_lists_only_staff_comes_in_and_only_superusers_change(world, name):
    address = http_routes()[name].address(
        {"object_id": world.things.ids["session_id"], "id": world.things.owner.pk}
    )
    for knocker in world.everybody:
        response = world.handshake(knocker, "GET", address)
        is_staff = knocker.means == "cookie" and knocker.name in ("staff", "support")
        assert is_staff or response.status_code in (302, 404), (knocker, response.status_code)
        assert not (
            is_staff and name.endswith(("_add", "_delete", "_password_change"))
        ) or response.status_code in (302, 403, 404), knocker


def fault(knocker: Knocker, method: str, expected: Answer, response: HttpResponseBase) -> list[str]:
    """Return a message if the response is wrong, or an empty list."""
    got = (
        response.headers.get("Location", "").partition("?")[0]
        if response.status_code == 302
        else response.status_code
    )
    who = f"{method} as {knocker.name} with {knocker.means}"
    if got != expected:
        return [f"{who}: {got} instead of {expected}"]
    if knocker.name == "alice" or response.streaming or SECRET not in response.content.decode():
        return []
    return [f"{who}: is shown what Alice wrote"]


def filled(body: Any, things: Things) -> str:
    return (
        re.sub(r"<(\w+)>", lambda match: things.ids[match[1]], json.dumps(body))
        if body is not None
        else ""
    )


def test_a_cookie_alone_changes_nothing(world):
    """Another site can make a browser send its cookie, but does not know the CSRF token.

    Endpoints of the kind OPEN ignore cookies, so they are left out.
    """
    strict, before = Client(enforce_csrf_checks=True), written_rows()
    rows = {name: row for name, row in ROWS.items() if row.kind is not OPEN}
    wanted = [
        (name, method) for name, row in rows.items() for method in row.calls if method != "GET"
    ]
    alice = next(
        knocker
        for knocker in world.everybody
        if knocker.name == "alice" and knocker.means == "cookie"
    )
    statuses = {
        (name, method): alice.handshake(
            strict, method, http_routes()[name].address(world.things.ids), "{}", "text/html"
        ).status_code
        for name, method in wanted
    }
    assert statuses == dict.fromkeys(wanted, 403)
    assert written_rows() == before
