"""Registration, tokens, and requests that are rejected."""

import pytest
from django.contrib.auth.models import User
from rest_framework.throttling import SimpleRateThrottle

NEW = {"username": "dora", "password": "a long enough phrase"}


def test_registered_user_receives_working_access_token(db, api):
    client = api(None)
    response = client.post("/api/auth/register", NEW)
    assert response.status_code == 201
    assert response.json() == {"username": "dora", "email": ""}
    tokens = client.post("/api/auth/token", NEW).json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
    assert client.get("/api/webllm/session").status_code == 200


def test_password_keeps_leading_and_trailing_spaces(db, api):
    client, spaced = api(None), NEW | {"password": " a long enough phrase "}
    assert client.post("/api/auth/register", spaced).status_code == 201
    assert client.post("/api/auth/token", NEW).status_code == 401
    assert client.post("/api/auth/token", spaced).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (NEW | {"password": "1234"}, "password"),
        (NEW | {"password": "password"}, "password"),
        (NEW | {"username": ""}, "username"),
        (NEW | {"username": "a b!"}, "username"),
        (NEW | {"email": "nowhere"}, "email"),
        ({"username": "dora"}, "password"),
    ],
)
def test_invalid_registration_is_rejected_with_name_of_field(db, api, body, field):
    response = api(None).post("/api/auth/register", body)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]
    assert not User.objects.exists()


def test_registration_with_existing_username_is_rejected(alice, api):
    response = api(None).post("/api/auth/register", NEW | {"username": "alice"})
    assert list(response.json()["fields"]) == ["username"]


def test_registration_ignores_staff_and_superuser_flags(db, api):
    api(None).post("/api/auth/register", NEW | {"is_staff": True, "is_superuser": True})
    user = User.objects.get()
    assert not user.is_staff
    assert not user.is_superuser


def test_refresh_token_is_rejected_when_used_again(alice, password, api):
    client = api(None)
    tokens = client.post("/api/auth/token", {"username": "alice", "password": password}).json()
    refreshed = client.post("/api/auth/token/refresh", {"refresh": tokens["refresh"]})
    assert set(refreshed.json()) == {"access", "refresh"}
    again = client.post("/api/auth/token/refresh", {"refresh": tokens["refresh"]})
    assert again.status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Bearer a.b.c", "Basic YTpi"])
def test_missing_or_invalid_token_returns_401_with_challenge_and_message(db, api, header):
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=header)
    response = client.get("/api/webllm/session")
    assert response.status_code == 401
    assert "Bearer" in response["WWW-Authenticate"]
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["error"]


def test_wrong_password_is_rejected_with_401(alice, api):
    response = api(None).post("/api/auth/token", {"username": "alice", "password": "wrong"})
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")


def test_request_with_session_cookie_but_no_csrf_token_is_rejected(alice, api):
    from django.test import Client

    client = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    client.force_login(alice)
    response = client.post("/api/webllm/session", {"modelId": "m"}, content_type="application/json")
    assert response.status_code == 403


def test_registrations_from_same_ip_address_are_limited(db, api, monkeypatch):
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "register", "20/hour")
    statuses = [
        api(None).post("/api/auth/register", NEW | {"username": f"user{n}"}).status_code
        for n in range(21)
    ]
    assert statuses == [201] * 20 + [429]
    rejected = api(None).post("/api/auth/register", NEW)
    assert int(rejected["Retry-After"]) > 0
    assert rejected.json()["code"] == "rate_limited"


def test_cors_allows_localhost_and_rejects_other_origin(db, api):
    for origin, allowed in [("http://localhost:5173", True), ("https://evil.example", False)]:
        response = api(None).options(
            "/api/webllm/session", HTTP_ORIGIN=origin, HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST"
        )
        assert response.has_header("Access-Control-Allow-Origin") is allowed
