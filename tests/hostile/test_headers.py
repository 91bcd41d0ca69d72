"""Hostile headers are rejected or ignored, and never cause a 500.

The requests are sent to the server's ASGI application.
"""

from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator

from tests.hostile.values import HEADER_VALUES

NAMES = (
    *(
        "Accept",
        "Accept-Encoding",
        "Authorization",
        "Content-Type",
        "Cookie",
        "Host",
        "Idempotency-Key",
        "If-Modified-Since",
    ),
    *(
        "If-None-Match",
        "If-Range",
        "Origin",
        "Range",
        "Referer",
        "User-Agent",
        "X-CSRFToken",
        "X-Forwarded-For",
        "X-Request-ID",
    ),
)
REQUESTS = {
    "page": ("GET", "/sign-in", b"next=%2B2AA-"),
    "file": ("GET", "/static/css/base.css", b""),
    "health check": ("GET", "/healthz", b""),
    "API call": ("GET", "/api/flashcards/decks", b"q=%5Cud800"),
    "token": ("POST", "/api/auth/token", b""),
    "sign-in": ("POST", "/sign-in", b""),
}
BODY = b'{"username": "dora", "password": "wrong"}'


async def status_of(method: str, path: str, query: bytes, headers: dict[str, str]) -> int:
    from mindflip.asgi import http_application

    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": pairs,
    }
    communicator = ApplicationCommunicator(
        http_application, scope | {"client": ("127.0.0.1", 4711)}
    )
    await communicator.send_input(
        {"type": "http.request", "body": BODY if method == "POST" else b""}
    )
    start = await communicator.receive_output(30)
    while (await communicator.receive_output(30)).get("more_body"):
        pass
    await communicator.wait(30)
    return start["status"]


@pytest.mark.parametrize("value", HEADER_VALUES.values(), ids=HEADER_VALUES)
@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
async def test_hostile_header_causes_no_server_error(transactional_db, request_, value):
    default_headers = {
        "Host": "localhost",
        "Content-Type": "application/json",
        "User-Agent": "a test",
    }
    statuses = {name: await status_of(*request_, default_headers | {name: value}) for name in NAMES}
    assert {name: status for name, status in statuses.items() if status >= 500} == {}


@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "messages", "deck_view"])
@pytest.mark.parametrize("value", HEADER_VALUES.values(), ids=HEADER_VALUES)
async def test_hostile_cookie_is_ignored(transactional_db, cookie, value):
    assert (
        await status_of(
            "GET", "/sign-in", b"", {"Host": "localhost", "Cookie": f"{cookie}={value}"}
        )
        == 200
    )
