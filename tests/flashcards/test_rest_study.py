"""The REST API for studying: settings, access and the browsable API."""

import json
import uuid

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from flashcards.models import Review

ROOT = "/api/flashcards"
SETTINGS = f"{ROOT}/study/settings"
ADDRESSES = [
    f"{ROOT}/study/queue",
    SETTINGS,
    f"{ROOT}/study/progress",
    f"{ROOT}/reviews",
    f"{ROOT}/reviews/{uuid.UUID(int=7)}",
]


def test_study_settings_have_defaults_and_change_separately_per_user(api, alice, bob):
    defaults = {
        "newPerDay": 20,
        "reviewsPerDay": 200,
        "desiredRetention": 0.9,
        "dayBeginsHour": 4,
        "timeZone": "UTC",
    }
    assert api(alice).get(SETTINGS).json() == defaults
    assert api(alice).patch(SETTINGS, {"newPerDay": 5}).json() == defaults | {"newPerDay": 5}
    assert api(alice).patch(SETTINGS, {"timeZone": "Asia/Kolkata"}).json() == defaults | {
        "newPerDay": 5,
        "timeZone": "Asia/Kolkata",
    }
    assert api(bob).get(SETTINGS).json() == defaults


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"newPerDay": -1}, "newPerDay"),
        ({"reviewsPerDay": 10_000}, "reviewsPerDay"),
        ({"desiredRetention": 0.99}, "desiredRetention"),
        ({"desiredRetention": "much"}, "desiredRetention"),
        ({"dayBeginsHour": 24}, "dayBeginsHour"),
        ({"timeZone": "Europe/Atlantis"}, "timeZone"),
        ({"timeZone": "../../etc/passwd"}, "timeZone"),
        ({"timeZone": "localtime"}, "timeZone"),
    ],
)
def test_invalid_study_setting_is_rejected_by_field_name(api, alice, body, field):
    response = api(alice).patch(SETTINGS, body)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]
    assert api(alice).get(SETTINGS).json()["newPerDay"] == 20


@pytest.mark.parametrize("address", ADDRESSES)
def test_study_requests_without_token_are_rejected_with_401(db, address):
    client = APIClient(HTTP_HOST="localhost")
    for method in ("get", "post", "patch", "delete"):
        assert getattr(client, method)(address, {}).status_code == 401


def test_study_queue_returns_same_404_for_other_users_and_unknown_deck(
    api, alice, charlie, make_deck
):
    responses = [
        api(charlie).get(f"{ROOT}/study/queue", {"deck": deck})
        for deck in (make_deck(alice, "a")["id"], uuid.uuid4())
    ]
    assert [response.status_code for response in responses] == [404, 404]
    assert responses[0].json() == responses[1].json()


def test_other_user_cannot_review_card_or_read_reviews(api, alice, charlie, make_deck):
    card, review_id = make_deck(alice, "a")["cards"][0], str(uuid.uuid4())
    item = {
        "id": review_id,
        "cardId": card["id"],
        "rating": "good",
        "reviewedAt": timezone.now().isoformat(),
    }
    (result,) = api(charlie).post(f"{ROOT}/reviews", {"reviews": [item]}).json()["results"]
    assert (result["status"], result["code"]) == ("refused", "not_found")
    assert not Review.objects.exists()
    (result,) = api(alice).post(f"{ROOT}/reviews", {"reviews": [item]}).json()["results"]
    assert result["status"] == "recorded"
    assert api(charlie).get(f"{ROOT}/reviews").json()["results"] == []
    assert api(charlie).get(f"{ROOT}/reviews/{review_id}").status_code == 404
    assert api(alice).get(f"{ROOT}/reviews/{review_id}").json()["cardId"] == card["id"]


def test_study_queue_rejects_deck_id_that_is_not_a_uuid(api, alice):
    assert api(alice).get(f"{ROOT}/study/queue", {"deck": "7"}).json()["fields"]["deck"]


@pytest.fixture
def browser(alice, password):
    client = Client(HTTP_ACCEPT="text/html", HTTP_HOST="localhost")
    assert client.login(username="alice", password=password)
    return client


def test_study_endpoints_open_in_browser(browser):
    for address in ADDRESSES[:-1]:
        page = browser.get(address)
        assert (page.status_code, page["Content-Type"][:9]) == (200, "text/html"), address


def test_review_form_records_review_and_returns_result_in_browsable_api(browser, alice, make_deck):
    card = make_deck(alice, "a")["cards"][0]
    item = {
        "id": str(uuid.uuid4()),
        "cardId": card["id"],
        "rating": "good",
        "reviewedAt": timezone.now().isoformat(),
    }
    page = browser.post(f"{ROOT}/reviews", {"reviews": json.dumps([item])})
    assert page.status_code == 200
    assert "results" in page.content.decode()
    assert str(Review.objects.get(card=card["id"], user=alice).pk) == item["id"]
