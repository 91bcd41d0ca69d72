"""Rate limits of the API, and the headers that report them."""

import pytest

SESSIONS, MODELS = "/api/webllm/session", "/api/webllm/models"


@pytest.fixture
def limit_of_three_calls(monkeypatch):
    from sessions_app.rest.throttling import CallThrottle

    monkeypatch.setitem(CallThrottle.THROTTLE_RATES, "calls", "3/hour")


def request_until_rate_limited(client, max_requests=7):
    """Return the responses up to the first 429."""
    responses = []
    while len(responses) < max_requests and (not responses or responses[-1].status_code != 429):
        responses.append(client.get(SESSIONS))
    return responses


def test_ratelimit_headers_report_limit_and_remaining_calls(alice, api):
    response = api(alice).get("/api/flashcards/decks")
    assert response["RateLimit-Policy"] == '"calls";q=1200;w=60'
    assert response["RateLimit"].startswith('"calls";r=1199;t=')


def test_ratelimit_headers_list_both_limits_of_session_creation(alice, api):
    response = api(alice).post(SESSIONS, {"modelId": "m"})
    assert response["RateLimit-Policy"] == '"session";q=120;w=3600, "calls";q=1200;w=60'
    assert '"session";r=119;t=30' in response["RateLimit"]


def test_rate_limited_user_gets_retry_after_and_other_users_are_not_limited(
    alice, bob, api, limit_of_three_calls
):
    responses = request_until_rate_limited(api(alice))
    rejected = responses[-1]
    assert [response.status_code for response in responses] == [200, 200, 200, 429]
    assert 0 < int(rejected["Retry-After"]) <= 3600
    assert '"calls";r=0;t=' in rejected["RateLimit"]
    assert rejected.json()["code"] == "rate_limited"
    assert api(bob).get(SESSIONS).status_code == 200


def test_ratelimit_header_is_sent_to_anonymous_clients(db, api):
    response = api(None).get(MODELS)
    assert response["RateLimit"].startswith('"calls";r=1199;t=')


def test_anonymous_clients_are_limited_by_address(db, api, limit_of_three_calls):
    def request(address):
        return api(None).get(MODELS, REMOTE_ADDR=address)

    assert [request("198.51.100.1").status_code for _ in range(4)] == [200, 200, 200, 429]
    first_of_other_address = request("198.51.100.2")
    assert first_of_other_address.status_code == 200
    assert first_of_other_address["RateLimit"].startswith('"calls";r=2;t=')


def test_ratelimit_header_reports_remaining_registrations(db, api):
    response = api(None).post(
        "/api/auth/register", {"username": "dora", "password": "a long enough phrase"}
    )
    assert response["RateLimit"] == '"register";r=59;t=180'


def test_cross_origin_requests_may_send_and_read_api_headers(db, api):
    preflight_headers = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}
    requested_headers = "authorization, content-type, idempotency-key, if-none-match"
    preflight = api(None).options(
        SESSIONS, headers=preflight_headers | {"Access-Control-Request-Headers": requested_headers}
    )
    allowed = {name.strip() for name in preflight["Access-Control-Allow-Headers"].split(",")}
    assert set(requested_headers.split(", ")) <= allowed
    response = api(None).get(MODELS, headers={"Origin": "http://localhost:5173"})
    exposed = {name.strip() for name in response["Access-Control-Expose-Headers"].split(",")}
    assert {"Location", "ETag", "Link", "Retry-After", "RateLimit", "RateLimit-Policy"} <= exposed


def test_ratelimit_header_is_omitted_if_limit_is_disabled(alice, api, monkeypatch):
    from sessions_app.rest.throttling import CallThrottle

    monkeypatch.setitem(CallThrottle.THROTTLE_RATES, "calls", None)
    assert not api(alice).get(SESSIONS).has_header("RateLimit")
