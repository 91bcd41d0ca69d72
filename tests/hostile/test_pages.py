"""Hostile values in URLs and forms of pages are accepted or rejected with a message."""

import re

import pytest
from django.test import Client

from tests.helpers.routes import http_routes
from tests.hostile.rejections import find_page_error
from tests.hostile.values import QUERY_VALUES
from tests.permissions.matrix import ROWS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_rate_limits")]
PAGES = sorted(
    name
    for name, row in ROWS.items()
    if row.access.is_page and "GET" in row.calls and not name.startswith("admin:")
)
PARAMETERS = {
    "decks": ("q", "tag", "sort", "page"),
    "deck": ("q", "tag", "kind", "leech", "view", "page"),
    "print": ("layout",),
    "duplicates": ("deck", "page"),
    "sign-in": ("next",),
    "sign-up": ("next",),
}
VARIABLES = sorted(name for name, route in http_routes().items() if "<" in route.pattern)
FORM = "application/x-www-form-urlencoded"


def identity_with_cookie(scenario, name):
    return next(
        identity
        for identity in scenario.identities
        if identity.name == name and identity.authentication == "cookie"
    )


def find_errors(scenario, identity, method, cases, media_type=FORM):
    responses = {
        case: scenario.send(identity, method, address, body, media_type, "text/html")
        for case, (address, body) in cases.items()
    }
    errors = {case: find_page_error(response) for case, response in responses.items()}
    return {case: error for case, error in errors.items() if error}


@pytest.mark.parametrize("page", PAGES)
def test_hostile_query_parameter_of_page_is_accepted_or_rejected_with_message(scenario, page):
    address = http_routes()[page].address(scenario.objects.ids)
    names = PARAMETERS.get(page, ("unknown",))
    cases = {
        (name, label): (f"{address}?{name}={value}", "")
        for name in names
        for label, value in QUERY_VALUES.items()
    }
    identity = identity_with_cookie(
        scenario, "signed out" if page in ("sign-in", "sign-up") else "alice"
    )
    assert find_errors(scenario, identity, "GET", cases) == {}


@pytest.mark.parametrize("route", VARIABLES)
def test_hostile_path_segment_is_accepted_or_rejected_with_message(scenario, route):
    pattern = http_routes()[route].pattern
    cases = {
        label: ("/" + re.sub(r"<[^>]+>", lambda match: value or "x", pattern), "")  # noqa: B023 - called immediately
        for label, value in QUERY_VALUES.items()
    }
    assert find_errors(scenario, identity_with_cookie(scenario, "staff"), "GET", cases) == {}


@pytest.mark.parametrize(
    "path", ["/models/%00", "/static/%00", "/static/css/%00base.css", "/%00", "/admin/%00"]
)
def test_path_with_nul_is_rejected_with_400_and_message(scenario, path):
    response = scenario.send(identity_with_cookie(scenario, "alice"), "GET", path)
    assert (response.status_code, find_page_error(response)) == (400, "")


@pytest.mark.parametrize("page", ["sign-in", "sign-up", "admin:login", "rest_framework:login"])
def test_hostile_value_in_page_form_is_accepted_or_rejected_with_message(scenario, page):
    account = "username=dora&password=wrong&password1=correct+horse+battery"
    names = ("username", "password", "password1", "next", "unknown")
    cases = {
        (name, label): f"{account}&{name}={value}&{value}=1"
        for name in names
        for label, value in QUERY_VALUES.items()
    }
    address = http_routes()[page].address({})
    assert (
        find_errors(
            scenario,
            identity_with_cookie(scenario, "signed out"),
            "POST",
            {case: (address, body) for case, body in cases.items()},
        )
        == {}
    )


TOO_MANY_FIELDS = "&".join(f"field{number}=x" for number in range(1_001))
MALFORMED_FORMS = {
    "too many fields": (TOO_MANY_FIELDS, FORM),
    "too large": ("username=" + "x" * 2_700_000, FORM),
    "another charset": ("username=%E4", f"{FORM}; charset=iso-8859-1"),
    "charset of bytes": ("username=ff", f"{FORM}; charset=hex"),
    "boundary without parts": ("--", "multipart/form-data; boundary=limit"),
    "no boundary": ("--", "multipart/form-data"),
    "truncated part": (
        '--limit\r\nContent-Disposition: form-data; name="username"',
        "multipart/form-data; boundary=limit",
    ),
    "unknown encoding of a field name": (
        (
            "--limit\r\nContent-Disposition: form-data;"
            " name*=bogus''username\r\n\r\nx\r\n--limit--\r\n"
        ),
        "multipart/form-data; boundary=limit",
    ),
    "invalid base64": (
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
@pytest.mark.parametrize(("body", "media_type"), MALFORMED_FORMS.values(), ids=MALFORMED_FORMS)
def test_malformed_form_is_accepted_or_rejected_with_message(path, body, media_type):
    """Send the cookie and the header of a page, so that the request passes the CSRF check."""
    token = "a" * 32
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    headers = {"cookie": f"csrftoken={token}", "x-csrftoken": token}
    response = client.generic(
        "POST", path, body.encode("latin-1"), content_type=media_type, headers=headers
    )
    assert 200 <= response.status_code < 500
    assert find_page_error(response) == ""
