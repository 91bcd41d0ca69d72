"""No page fails with a 500 on hostile values in its address or its forms."""

import re

import pytest
from django.test import Client

from tests.helpers.routes import http_routes
from tests.hostile.values import QUERY_VALUES
from tests.permissions.matrix import ROWS

pytestmark = pytest.mark.django_db
PAGES = sorted(
    name
    for name, row in ROWS.items()
    if row.kind.is_page and "GET" in row.calls and not name.startswith("admin:")
)
PARAMETERS = {
    "decks": ("q", "tag", "sort", "page"),
    "deck": ("q", "tag", "kind", "view", "page"),
    "print": ("layout",),
    "duplicates": ("deck", "page"),
    "sign-in": ("next",),
    "sign-up": ("next",),
}
VARIABLES = sorted(name for name, route in http_routes().items() if "<" in route.pattern)
STRANGER = {"accept": "text/html"}
MEDIA = "application/x-www-form-urlencoded"


def member(world, name):
    return next(
        knocker for knocker in world.everybody if knocker.name == name and knocker.means == "cookie"
    )


def faults(world, knocker, method, sent, media=MEDIA):
    answers = {
        case: world.send(knocker, method, address, body, media, "text/html")
        for case, (address, body) in sent.items()
    }
    return {
        case: answer.status_code for case, answer in answers.items() if answer.status_code >= 500
    }


@pytest.mark.parametrize("page", PAGES)
def test_hostile_parameter_of_a_page_is_refused_or_harmless(world, page):
    address = http_routes()[page].address(world.things.ids)
    names = PARAMETERS.get(page, ("unknown",))
    sent = {
        (name, label): (f"{address}?{name}={value}", "")
        for name in names
        for label, value in QUERY_VALUES.items()
    }
    alice = member(world, "signed out" if page in ("sign-in", "sign-up") else "alice")
    assert faults(world, alice, "GET", sent) == {}


@pytest.mark.parametrize("route", VARIABLES)
def test_hostile_part_of_a_path_is_not_found(world, route):
    pattern = http_routes()[route].pattern
    sent = {
        label: ("/" + re.sub(r"<[^>]+>", lambda match: value or "x", pattern), "")  # noqa: B023 - called immediately
        for label, value in QUERY_VALUES.items()
    }
    assert faults(world, member(world, "staff"), "GET", sent) == {}


@pytest.mark.parametrize(
    "path", ["/models/%00", "/static/%00", "/static/css/%00base.css", "/%00", "/admin/%00"]
)
def test_nul_in_a_path_is_a_wrong_request(world, path):
    assert world.send(member(world, "alice"), "GET", path).status_code == 400


@pytest.mark.parametrize("page", ["sign-in", "sign-up", "admin:login", "rest_framework:login"])
def test_hostile_value_in_a_form_of_a_page_is_refused(world, page):
    account = "username=dora&password=wrong&password1=correct+horse+battery"
    names = ("username", "password", "password1", "next", "unknown")
    sent = {
        (name, label): f"{account}&{name}={value}&{value}=1"
        for name in names
        for label, value in QUERY_VALUES.items()
    }
    address = http_routes()[page].address({})
    assert (
        faults(
            world,
            member(world, "signed out"),
            "POST",
            {case: (address, body) for case, body in sent.items()},
        )
        == {}
    )


FIELDS = "&".join(f"field{number}=x" for number in range(1_001))
BROKEN_FORMS = {
    "too many fields": (FIELDS, MEDIA),
    "too large": ("username=" + "x" * 2_700_000, MEDIA),
    "another charset": ("username=%E4", f"{MEDIA}; charset=iso-8859-1"),
    "charset of bytes": ("username=ff", f"{MEDIA}; charset=hex"),
    "limit without parts": ("--", "multipart/form-data; boundary=limit"),
    "no limit": ("--", "multipart/form-data"),
    "cut off": (
        '--limit\r\nContent-Disposition: form-data; name="username"',
        "multipart/form-data; boundary=limit",
    ),
    "unknown encoding of a name": (
        (
            "--limit\r\nContent-Disposition: form-data;"
            " name*=bogus''username\r\n\r\nx\r\n--limit--\r\n"
        ),
        "multipart/form-data; boundary=limit",
    ),
    "base64 that is none": (
        (
            "--limit\r\nContent-Disposition: form-data;"
            ' name="username"\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff=\r\n--limit--\r\n'
        ),
        "multipart/form-data; boundary=limit",
    ),
}


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/sign-up", "/nowhere", "/admin/login/", "/api/auth/register", "/api/nowhere"],
)
@pytest.mark.parametrize(("body", "media"), BROKEN_FORMS.values(), ids=BROKEN_FORMS)
def test_broken_form_is_a_wrong_request(path, body, media):
    """The request has the cookie and the header of a page, so that it passes the CSRF check."""
    token = "a" * 32
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    headers = {"cookie": f"csrftoken={token}", "x-csrftoken": token}
    answer = client.generic(
        "POST", path, body.encode("latin-1"), content_type=media, headers=headers
    )
    assert 200 <= answer.status_code < 500
