"""Requests with an unknown host name are rejected with a message.

The header X-Forwarded-Host is ignored.
"""

import pytest
from django.test import Client

STRANGE = [
    "evil.example",
    "mindflip.example.evil.com",
    "testserver@evil.example",
    "testserver:port",
    "",
]


@pytest.mark.parametrize("is_https", [False, True])
@pytest.mark.parametrize("host", STRANGE)
def test_a_page_under_another_name_is_refused_in_words(client: Client, settings, host, is_https):
    settings.SECURE_SSL_REDIRECT = is_https
    page = client.get("/sign-in", headers={"host": host})
    assert page.status_code == 400
    assert "does not go by that name" in page.content.decode()
    assert "'unsafe" not in page.headers["Content-Security-Policy"].replace(
        "'wasm-unsafe-eval'", ""
    )


def test_a_call_under_another_name_is_refused_as_a_problem(client: Client):
    answer = client.get("/api/webllm/models", headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_host")
    assert "MINDFLIP_ALLOWED_HOSTS" in answer.json()["error"]


def test_no_forwarded_host_is_believed(client: Client):
    answer = client.get("/sign-in", headers={"x-forwarded-host": "evil.example"}, follow=True)
    assert "evil.example" not in answer.content.decode()
