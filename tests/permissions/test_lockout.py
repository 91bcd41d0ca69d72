"""Password guessing: the page, the admin and the API share one counter of failures."""

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.test import Client, RequestFactory
from rest_framework.throttling import SimpleRateThrottle

from sessions_app.lockout import client_address
from sessions_app.rest.throttling import duration_text

TOKEN, LIMIT = "/api/auth/token", 3


@pytest.fixture(autouse=True)
def _few_failures(settings):
    settings.AXES_FAILURE_LIMIT = LIMIT


def over_the_api(client, name, password, **headers):
    body = {"username": name, "password": password}
    return client.post(TOKEN, body, content_type="application/json", headers=headers)


def over_the_page(client, name, password, **headers):
    return client.post("/sign-in", {"username": name, "password": password}, headers=headers)


def over_the_admin(client, name, password, **headers):
    return client.post("/admin/login/", {"username": name, "password": password}, headers=headers)


WAYS = [over_the_api, over_the_page, over_the_admin]


def locked(client, way=over_the_page, name="alice", **headers):
    return [way(client, name, "wrong", **headers).status_code for _ in range(LIMIT)]


@pytest.mark.parametrize("way", WAYS)
def test_so_many_failures_lock_out_whichever_way_they_came(alice, client, password, way):
    assert locked(client, way)[-1] == 429
    for other in WAYS:
        refused = other(client, "alice", password)
        assert refused.status_code == 429
        assert 890 < int(refused["Retry-After"]) <= 900
        assert "try again in 15 minutes" in refused.content.decode().lower()
    answer = over_the_api(client, "alice", password)
    assert (answer["Content-Type"], answer.json()["code"]) == (
        "application/problem+json",
        "locked_out",
    )


def test_a_stranger_locks_nobody_out_of_another_address(alice, password):
    stranger, at_home = Client(REMOTE_ADDR="203.0.113.9"), Client(REMOTE_ADDR="198.51.100.1")
    assert locked(stranger)[-1] == 429
    assert over_the_page(at_home, "alice", password).status_code == 302
    assert over_the_page(stranger, "bob", "wrong").status_code == 200, (
        "another name may still be tried from there"
    )


@pytest.mark.parametrize("way", [over_the_api, over_the_page])
def test_a_success_forgets_the_failures(alice, client, password, way):
    for _ in range(LIMIT):
        assert way(client, "alice", "wrong").status_code != 429
        assert way(Client(), "alice", password).status_code in (200, 302)
        client.logout()
    assert not AccessAttempt.objects.exists()


def test_the_lockout_ends_by_itself_though_attempts_go_on(alice, client, password, settings):
    assert locked(client)[-1] == 429
    assert over_the_page(client, "alice", "wrong").status_code == 429
    first = AccessAttempt.objects.get()
    AccessAttempt.objects.update(attempt_time=first.attempt_time - settings.AXES_COOLOFF_TIME)
    assert over_the_page(client, "alice", password).status_code == 302


def test_an_operator_unlocks(alice, client, password, capsys):
    locked(client)
    call_command("axes_reset_username", "alice")
    assert over_the_page(client, "alice", password).status_code == 302


def test_no_password_is_written_down(alice, client):
    over_the_page(client, "alice", "a secret of hers")
    over_the_api(client, "alice", "a secret of hers")
    assert "a secret" not in str(list(AccessAttempt.objects.values()))


@pytest.mark.parametrize("name", ["a" * 151, "a" * 100_000, "a\0b", ""])
def test_a_name_that_nobody_can_have_is_a_wrong_request(db, client, name):
    assert over_the_api(client, name, "x").status_code == 400


def test_attempts_for_many_names_are_limited_by_address(db, client, monkeypatch):
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "sign-in", "60/hour burst 30")
    answers = [over_the_page(client, f"user{number}", "wrong") for number in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert "Try again in" in answers[-1].content.decode()


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
def test_behind_proxies_the_address_is_the_one_that_ours_saw(settings, proxies, forwarded, address):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": proxies}
    assert (
        client_address(RequestFactory().get("/", headers={"x-forwarded-for": forwarded})) == address
    )


def test_times_in_words():
    assert [duration_text(seconds) for seconds in (1, 59, 60, 61, 900)] == [
        "1 second",
        "59 seconds",
        "1 minute",
        "2 minutes",
        "15 minutes",
    ]
