"""Rate limits of the API, and the headers that report them."""

import pytest

SESSIONS = "/api/webllm/session"


@pytest.fixture
def three_calls(monkeypatch):
    from sessions_app.rest.throttling import CallThrottle

    monkeypatch.setitem(CallThrottle.THROTTLE_RATES, "calls", "3/hour")


def until_refused(client, tries=7):
    """Return the responses up to the first 429.

    Twice the limit may pass if an hour ends in the meantime.
    """
    answers = []
    while len(answers) < tries and (not answers or answers[-1].status_code != 429):
        answers.append(client.get(SESSIONS))
    return answers


def test_every_call_says_what_is_left_of_its_limit(alice, api):
    response = api(alice).get("/api/flashcards/decks")
    assert response["RateLimit-Policy"] == '"calls";q=1200;w=60'
    assert response["RateLimit"].startswith('"calls";r=1199;t=')


def test_a_call_with_two_limits_names_both(alice, api):
    response = api(alice).post(SESSIONS, {"modelId": "m"})
    assert response["RateLimit-Policy"] == '"session";q=120;w=3600, "calls";q=1200;w=60'
    assert '"session";r=119;t=30' in response["RateLimit"]


def test_who_calls_too_often_is_told_when_to_come_back_and_others_are_not_held_up(
    alice, bob, api, three_calls
):
    refused = until_refused(api(alice))[-1]
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert '"calls";r=0;t=' in refused["RateLimit"]
    assert refused.json()["code"] == "rate_limited"
    assert api(bob).get(SESSIONS).status_code == 200


def test_strangers_are_counted_by_their_address(db, api):
    response = api(None).get("/api/webllm/models")
    assert response["RateLimit"].startswith('"calls";r=1199;t=')


def test_a_registration_says_what_is_left(db, api):
    response = api(None).post(
        "/api/auth/register", {"username": "dora", "password": "a long enough phrase"}
    )
    assert response["RateLimit"] == '"register";r=59;t=180'


def test_pages_of_other_sites_may_send_and_read_our_headers(db, api):
    preflight_headers = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}
    wanted = "authorization, content-type, idempotency-key, if-none-match"
    preflight = api(None).options(
        SESSIONS, headers=preflight_headers | {"Access-Control-Request-Headers": wanted}
    )
    allowed = {name.strip() for name in preflight["Access-Control-Allow-Headers"].split(",")}
    assert set(wanted.split(", ")) <= allowed
    answer = api(None).get("/api/webllm/models", headers={"Origin": "http://localhost:5173"})
    exposed = {name.strip() for name in answer["Access-Control-Expose-Headers"].split(",")}
    assert {"Location", "ETag", "Link", "Retry-After", "RateLimit", "RateLimit-Policy"} <= exposed


def test_calls_go_uncounted_where_the_limit_is_off(alice, api, monkeypatch):
    from sessions_app.rest.throttling import CallThrottle

    monkeypatch.setitem(CallThrottle.THROTTLE_RATES, "calls", None)
    assert not api(alice).get(SESSIONS).has_header("RateLimit")
