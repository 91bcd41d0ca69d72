"""Requests with an unknown host name are rejected with a message.

The header X-Forwarded-Host is ignored.
"""

import pytest
from django.test import Client

UNKNOWN_HOSTS = [
    "evil.example",
    "mindflip.example.evil.com",
    "testserver@evil.example",
    "testserver:port",
    "",
]


@pytest.mark.parametrize("is_https", [False, True])
@pytest.mark.parametrize("host", UNKNOWN_HOSTS)
def test_page_request_with_unknown_host_is_rejected_with_message(
    client: Client, settings, host, is_https
):
    settings.SECURE_SSL_REDIRECT = is_https
    page = client.get("/sign-in", headers={"host": host})
    assert page.status_code == 400
    assert "does not go by that name" in page.content.decode()
    assert "'unsafe" not in page.headers["Content-Security-Policy"].replace(
        "'wasm-unsafe-eval'", ""
    )


def test_api_request_with_unknown_host_is_rejected_with_code(client: Client):
    response = client.get("/api/webllm/models", headers={"host": "evil.example"})
    assert (response.status_code, response.json()["code"]) == (400, "unknown_host")
    assert "MINDFLIP_ALLOWED_HOSTS" in response.json()["error"]


def test_x_forwarded_host_is_ignored(client: Client):
    response = client.get("/sign-in", headers={"x-forwarded-host": "evil.example"}, follow=True)
    assert "evil.example" not in response.content.decode()
