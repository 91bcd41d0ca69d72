"""The API and the sign-up page normalize usernames and keep them unique."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from tests.helpers.concurrency import start_until_blocked

PASSWORD = "a long enough phrase"
FULLWIDTH = "".join(chr(ord(letter) + 0xFEE0) for letter in "alice")
EXPANDING = "\ufdfa" * 9  # 9 characters that NFKC expands to 162


def over_the_api(name):
    return Client().post(
        "/api/auth/register", {"username": name, "password": PASSWORD}, "application/json"
    )


def over_the_page(name):
    return Client().post("/sign-up", {"username": name, "password1": PASSWORD})


def test_api_refuses_a_name_that_becomes_a_taken_name(alice):
    answer = over_the_api(FULLWIDTH)
    assert (answer.status_code, answer.json()["fields"]) == (
        400,
        {"username": ["A user with that username already exists."]},
    )


def test_page_refuses_a_name_that_becomes_a_taken_name(alice):
    assert "This name is taken." in over_the_page(FULLWIDTH).content.decode()


@pytest.mark.parametrize("register", [over_the_api, over_the_page])
def test_name_is_measured_after_it_is_normalized(db, register):
    assert register(EXPANDING).status_code in (200, 400)
    assert not User.objects.exists()


def test_user_gets_a_token_by_the_name_as_they_typed_it(db, client):
    account = {"username": FULLWIDTH, "password": PASSWORD}
    assert over_the_api(FULLWIDTH).json()["username"] == "alice"
    assert client.post("/api/auth/token", account, "application/json").status_code == 200


@pytest.mark.parametrize(
    ("register", "status", "message"),
    [
        (over_the_api, 400, "A user with that username already exists."),
        (over_the_page, 200, "This name is taken."),
    ],
)
def test_name_that_is_taken_between_check_and_insert_is_refused(
    transactional_db, register, status, message
):
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            User.objects.create_user("dora")
            second = start_until_blocked(pool, register, name="dora")
        answer = second.result(10)
    assert (answer.status_code, message in answer.content.decode()) == (status, True)
    assert User.objects.count() == 1


def test_parallel_registrations_of_a_name_give_one_account(transactional_db):
    with ThreadPoolExecutor(6) as pool:
        answers = [start_until_blocked(pool, over_the_api, name="dora") for _ in range(6)]
        statuses = sorted(answer.result(10).status_code for answer in answers)
    assert statuses == [201] + [400] * 5
    assert User.objects.count() == 1
