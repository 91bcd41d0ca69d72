"""The API and the sign-up page normalize usernames and keep them unique."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from tests.helpers.concurrency import start_until_blocked

PASSWORD = "a long enough phrase"
FULLWIDTH = "".join(chr(ord(character) + 0xFEE0) for character in "alice")
EXPANDING = "\ufdfa" * 9  # 9 characters that NFKC expands to 162


def register_by_api(name):
    return Client().post(
        "/api/auth/register", {"username": name, "password": PASSWORD}, "application/json"
    )


def register_by_page(name):
    return Client().post("/sign-up", {"username": name, "password1": PASSWORD})


def test_api_registration_is_rejected_if_normalized_username_exists(alice):
    response = register_by_api(FULLWIDTH)
    assert (response.status_code, response.json()["fields"]) == (
        400,
        {"username": ["A user with that username already exists."]},
    )


def test_page_registration_is_rejected_if_normalized_username_exists(alice):
    assert "This name is taken." in register_by_page(FULLWIDTH).content.decode()


@pytest.mark.parametrize("register", [register_by_api, register_by_page])
def test_username_length_is_checked_after_normalization(db, register):
    assert register(EXPANDING).status_code in (200, 400)
    assert not User.objects.exists()


def test_token_is_issued_for_username_before_normalization(db, client):
    account = {"username": FULLWIDTH, "password": PASSWORD}
    assert register_by_api(FULLWIDTH).json()["username"] == "alice"
    assert client.post("/api/auth/token", account, "application/json").status_code == 200


@pytest.mark.parametrize(
    ("register", "status", "message"),
    [
        (register_by_api, 400, "A user with that username already exists."),
        (register_by_page, 200, "This name is taken."),
    ],
)
def test_username_taken_between_check_and_insert_is_rejected(
    transactional_db, register, status, message
):
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            User.objects.create_user("dora")
            second = start_until_blocked(pool, register, name="dora")
        response = second.result(10)
    assert (response.status_code, message in response.content.decode()) == (status, True)
    assert User.objects.count() == 1


def test_parallel_registrations_of_one_username_create_one_account(transactional_db):
    with ThreadPoolExecutor(6) as pool:
        futures = [start_until_blocked(pool, register_by_api, name="dora") for _ in range(6)]
        statuses = sorted(future.result(10).status_code for future in futures)
    assert statuses == [201] + [400] * 5
    assert User.objects.count() == 1
