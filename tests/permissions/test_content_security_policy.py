"""Every response has the Content Security Policy, and no page violates it."""

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import path

from mindflip.urls import urlpatterns as product_urlpatterns
from tests.helpers.routes import http_routes
from tests.permissions.matrix import ROWS
from tests.permissions.users import Identity, cookie_headers, make_user

pytestmark = pytest.mark.django_db
# Scripts of these types contain data. An import map has the page's nonce.
DATA_TYPES = ("importmap", "application/json")
REQUIRED = ("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'")
FORBIDDEN = ("'unsafe-inline'", "'unsafe-eval'", "'strict-dynamic'")
UNSAFE_SCHEMES = ("javascript:", "data:")
ERROR_STATUSES = {"/nowhere": 404, "/decks/nowhere": 404, "/api/nowhere": 404, "/sign-out": 405}


def policy_violations(response: Any) -> list[str]:
    """Return what a response's policy lacks, and what the policy or page must not contain.

    Only HTML pages are searched for inline code.
    """
    policy = response.headers.get("Content-Security-Policy", "")
    violations = [f"{directive} is missing" for directive in REQUIRED if directive not in policy]
    violations += [f"{source} is not allowed" for source in FORBIDDEN if source in policy]
    is_page = (
        response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
    )
    return violations + (inline_violations(response.content.decode()) if is_page else [])


def inline_violations(html: str) -> list[str]:
    page = BeautifulSoup(html, "html.parser")
    scripts = [
        tag for tag in page("script") if not tag.get("src") and tag.get("type") not in DATA_TYPES
    ]
    styles = [tag for tag in page(True) if tag.name == "style" or tag.get("style") is not None]
    handlers = [tag for tag in page(True) if any(re.match("on[a-z]+$", name) for name in tag.attrs)]
    unsafe_links = [
        tag
        for tag in page(True)
        if str(tag.get("href") or tag.get("action") or "")
        .strip()
        .lower()
        .startswith(UNSAFE_SCHEMES)
    ]
    return [str(tag)[:120] for tag in (*scripts, *styles, *handlers, *unsafe_links)]


def violations_by_route(
    scenario: Any, identity: Identity, names: list[str]
) -> dict[str, list[str]]:
    """Request each route as a browser does, and return the violations of routes that have any."""
    ids = scenario.objects.ids | {
        "object_id": scenario.objects.ids["session_id"],
        "id": str(scenario.objects.owner.pk),
    }
    addresses = {
        name: http_routes()[name].address(ids) + (ROWS[name].query if name in ROWS else "")
        for name in names
    }
    violations_of_all = {
        name: policy_violations(identity.request(scenario.client, "GET", address, "", "text/html"))
        for name, address in addresses.items()
    }
    return {name: violations for name, violations in violations_of_all.items() if violations}


def test_responses_outside_admin_satisfy_csp_for_signed_in_user(scenario):
    alice = next(
        identity
        for identity in scenario.identities
        if identity.name == "alice" and identity.authentication == "cookie"
    )
    assert (
        violations_by_route(
            scenario, alice, [name for name in http_routes() if not name.startswith("admin:")]
        )
        == {}
    )


def test_responses_satisfy_csp_for_anonymous_user(scenario):
    assert violations_by_route(scenario, Identity("anonymous", "none"), list(ROWS)) == {}


def test_admin_responses_satisfy_csp_for_superuser(scenario):
    operator = make_user("operator", is_staff=True, is_superuser=True)
    admin_routes = [
        name
        for name in http_routes()
        if name.startswith("admin:") and not name.startswith("admin:admin/")
    ]
    assert (
        violations_by_route(
            scenario,
            Identity("operator", "cookie", cookie_headers(scenario.client, operator)),
            admin_routes,
        )
        == {}
    )


def failing_view(request: Any) -> None:
    raise ZeroDivisionError


urlpatterns = [path("broken", failing_view), path("api/broken", failing_view), *product_urlpatterns]
handler400, handler404, handler500 = (
    "mindflip.errors.bad_request",
    "mindflip.errors.not_found",
    "mindflip.errors.server_error",
)


def test_error_responses_satisfy_csp(settings, client):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    settings.ROOT_URLCONF = __name__
    responses = {
        address: client.get(address) for address in (*ERROR_STATUSES, "/broken", "/api/broken")
    }
    assert {
        address: response.status_code for address, response in responses.items()
    } == ERROR_STATUSES | {
        "/broken": 500,
        "/api/broken": 500,
    }
    rejections = [client.post("/sign-in", {}), client.get("/", headers={"host": "evil.example"})]
    assert [response.status_code for response in rejections] == [403, 400]
    assert [policy_violations(response) for response in (*responses.values(), *rejections)] == [
        []
    ] * (len(responses) + 2)
