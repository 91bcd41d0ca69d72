"""Lockout after failed sign-ins: the page, the admin and the API share one failure count."""

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.test import Client, RequestFactory
from rest_framework.throttling import SimpleRateThrottle

from sessions_app.lockout import client_address
from sessions_app.rest.throttling import duration_text

TOKEN, LIMIT = "/api/auth/token", 3


@pytest.fixture(autouse=True)
def _low_failure_limit(settings):
    settings.AXES_FAILURE_LIMIT = LIMIT


def sign_in_by_api(client, name, password, **headers):
    body = {"username": name, "password": password}
    return client.post(TOKEN, body, content_type="application/json", headers=headers)


def sign_in_by_page(client, name, password, **headers):
    return client.post("/sign-in", {"username": name, "password": password}, headers=headers)


def sign_in_by_admin(client, name, password, **headers):
    return client.post("/admin/login/", {"username": name, "password": password}, headers=headers)


SIGN_INS = [sign_in_by_api, sign_in_by_page, sign_in_by_admin]


def fail_until_locked(client, sign_in=sign_in_by_page, name="alice", **headers):
    return [sign_in(client, name, "wrong", **headers).status_code for _ in range(LIMIT)]


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_failures_of_any_sign_in_lock_out_every_sign_in(alice, client, password, sign_in):
    assert fail_until_locked(client, sign_in)[-1] == 429
    for other_sign_in in SIGN_INS:
        rejection = other_sign_in(client, "alice", password)
        assert rejection.status_code == 429
        assert 890 < int(rejection["Retry-After"]) <= 900
        assert "try again in 15 minutes" in rejection.content.decode().lower()
    response = sign_in_by_api(client, "alice", password)
    assert (response["Content-Type"], response.json()["code"]) == (
        "application/problem+json",
        "locked_out",
    )


def test_lockout_applies_only_to_pair_of_username_and_address(alice, password):
    attacker, owner = Client(REMOTE_ADDR="203.0.113.9"), Client(REMOTE_ADDR="198.51.100.1")
    assert fail_until_locked(attacker)[-1] == 429
    assert sign_in_by_page(owner, "alice", password).status_code == 302
    assert sign_in_by_page(attacker, "bob", "wrong").status_code == 200, (
        "other usernames are not locked out at this address"
    )


@pytest.mark.parametrize("sign_in", [sign_in_by_api, sign_in_by_page])
def test_successful_sign_in_deletes_recorded_failures(alice, client, password, sign_in):
    for _ in range(LIMIT):
        assert sign_in(client, "alice", "wrong").status_code != 429
        assert sign_in(Client(), "alice", password).status_code in (200, 302)
        client.logout()
    assert not AccessAttempt.objects.exists()


def test_lockout_ends_after_cooloff_time_despite_later_attempts(alice, client, password, settings):
    assert fail_until_locked(client)[-1] == 429
    assert sign_in_by_page(client, "alice", "wrong").status_code == 429
    first = AccessAttempt.objects.get()
    AccessAttempt.objects.update(attempt_time=first.attempt_time - settings.AXES_COOLOFF_TIME)
    assert sign_in_by_page(client, "alice", password).status_code == 302


def test_lockout_ends_after_axes_reset_username_command(alice, client, password, capsys):
    fail_until_locked(client)
    call_command("axes_reset_username", "alice")
    assert sign_in_by_page(client, "alice", password).status_code == 302


def test_password_of_failed_sign_in_is_not_stored(alice, client):
    sign_in_by_page(client, "alice", "a secret of hers")
    sign_in_by_api(client, "alice", "a secret of hers")
    assert "a secret" not in str(list(AccessAttempt.objects.values()))


@pytest.mark.parametrize("name", ["a" * 151, "a" * 100_000, "a\0b", ""])
def test_token_request_with_invalid_username_is_rejected_with_400(db, client, name):
    assert sign_in_by_api(client, name, "x").status_code == 400


def test_sign_ins_for_many_usernames_are_limited_by_address(db, client, monkeypatch):
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "sign-in", "60/hour burst 30")
    responses = [sign_in_by_page(client, f"user{number}", "wrong") for number in range(31)]
    assert [response.status_code for response in responses] == [200] * 30 + [429]
    assert 0 < int(responses[-1]["Retry-After"]) <= 60
    assert "Try again in" in responses[-1].content.decode()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.7", "127.0.0.1"),  # without a proxy, any client can send this header
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "8.8.8.8, 198.51.100.7", "198.51.100.7"),
        (2, "8.8.8.8, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (1, "nonsense", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_client_address_honors_only_trusted_proxies(settings, proxies, forwarded, address):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": proxies}
    assert (
        client_address(RequestFactory().get("/", headers={"x-forwarded-for": forwarded})) == address
    )


def test_durations_are_rounded_up_to_whole_seconds_or_minutes():
    assert [duration_text(seconds) for seconds in (1, 59, 60, 61, 900)] == [
        "1 second",
        "59 seconds",
        "1 minute",
        "2 minutes",
        "15 minutes",
    ]
