"""Sessions over REST, as docs/protocol.md describes them."""

import re

import pytest
from django.utils import timezone

from sessions_app.models import WebLLMSession
from tests.helpers.routes import http_routes
from tests.helpers.sockets import MODEL

SESSIONS = "/api/webllm/session"
# The pages to sign in to the browsable API are the only ones that end in a slash.
FIXED_API_URLS = sorted(
    f"/{route.pattern}"
    for route in http_routes().values()
    if re.fullmatch(r"api/[^<]*[^</]", route.pattern)
)


def test_session_is_created_with_location_socket_url_and_times(alice, api):
    response = api(alice).post(SESSIONS, {"modelId": MODEL})
    body = response.json()
    assert response.status_code == 201
    assert response["Location"].endswith(f"{SESSIONS}/{body['sessionId']}")
    assert body["wsUrl"].startswith(f"ws://localhost/ws/webllm/{body['sessionId']}?ticket=")
    assert (body["modelId"], body["status"]) == (MODEL, "initializing")
    assert body["createdAt"].endswith("Z")
    assert body["lastActivity"] < body["expiresAt"]


def test_socket_url_is_wss_if_request_is_https(alice, api):
    body = api(alice).post(SESSIONS, {"modelId": MODEL}, secure=True).json()
    assert body["wsUrl"].startswith("wss://")


@pytest.mark.parametrize("model", ["SmolLM2-135M", "org/model:v1", "a.b-c_d", "x" * 200])
def test_unlisted_model_id_is_accepted_and_marked_as_not_in_catalogue(alice, api, model):
    body = api(alice).post(SESSIONS, {"modelId": model}).json()
    assert body["modelId"] == model
    assert body["isInCatalogue"] is False


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"modelId": ""},
        {"modelId": "a b"},
        {"modelId": "x" * 201},
        {"modelId": None},
        {"modelId": ["a"]},
        [],
    ],
)
def test_invalid_body_is_rejected_with_fields(alice, api, body):
    response = api(alice).post(SESSIONS, body)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == "invalid"
    assert problem["error"]
    assert problem["fields"]


def test_body_that_is_not_json_is_rejected_with_message(alice, api):
    response = api(alice).post(SESSIONS, "{", content_type="application/json")
    assert response.status_code == 400
    assert "JSON" in response.json()["error"]


def test_open_session_is_returned_with_id_and_empty_queue(alice, api, create_session):
    opened = create_session(alice)
    body = api(alice).get(f"{SESSIONS}/{opened['sessionId']}").json()
    assert body["id"] == body["sessionId"] == opened["sessionId"]
    assert body["queueLength"] == 0
    assert body["closedAt"] is None


def test_sessions_are_listed_newest_first_in_pages(alice, api, create_session):
    opened = [create_session(alice)["sessionId"] for _ in range(3)]
    first = api(alice).get(f"{SESSIONS}?pageSize=2").json()
    second = api(alice).get(first["next"]).json()
    assert [session["sessionId"] for session in first["results"] + second["results"]] == opened[
        ::-1
    ]


def test_list_of_5_sessions_needs_2_queries(alice, api, create_session, django_assert_num_queries):
    for _ in range(5):
        create_session(alice)
    with django_assert_num_queries(2):  # the token's user, the page
        api(alice).get(SESSIONS)


def test_session_close_succeeds_when_repeated_and_stores_reason(alice, api, create_session):
    address = f"{SESSIONS}/{create_session(alice)['sessionId']}"
    for _ in range(2):
        response = api(alice).delete(address)
        assert (response.status_code, response.json()) == (200, {"success": True})
    body = api(alice).get(address).json()
    assert (body["status"], body["closeReason"]) == ("closed", "closed by its user")
    assert body["closedAt"]


def test_ticket_is_issued_for_open_session_and_rejected_for_closed_session(
    alice, api, create_session
):
    address = f"{SESSIONS}/{create_session(alice)['sessionId']}"
    response = api(alice).post(f"{address}/ticket")
    assert response.status_code == 201
    assert "?ticket=" in response.json()["wsUrl"]
    api(alice).delete(address)
    response = api(alice).post(f"{address}/ticket")
    assert (response.status_code, response.json()["code"]) == (409, "session_closed")


def test_session_above_limit_is_rejected_until_another_is_closed(
    alice, api, create_session, settings
):
    settings.MAX_SESSIONS_PER_USER = 2
    first = create_session(alice)
    create_session(alice)
    response = api(alice).post(SESSIONS, {"modelId": MODEL})
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "close one" in response.json()["error"]
    api(alice).delete(f"{SESSIONS}/{first['sessionId']}")
    assert create_session(alice)


def test_idle_session_does_not_count_towards_limit(alice, create_session, settings):
    settings.MAX_SESSIONS_PER_USER = 1
    create_session(alice)
    WebLLMSession.objects.update(last_activity_at=timezone.now() - timezone.timedelta(hours=1))
    assert create_session(alice)


def test_catalogue_models_have_all_fields_for_anonymous_user(db, api):
    models = api(None).get("/api/webllm/models").json()["models"]
    assert MODEL in {model["modelId"] for model in models}
    for model in models:
        assert {
            "modelId",
            "name",
            "engine",
            "downloadMb",
            "vramMb",
            "context",
            "features",
            "isLocal",
        } <= set(model)


def test_catalogue_is_compressed_if_client_accepts_gzip(db, api):
    response = api(None).get("/api/webllm/models", HTTP_ACCEPT_ENCODING="gzip")
    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]


def test_stats_are_returned_to_staff_only(alice, bob, api, create_session):
    create_session(alice)
    assert api(alice).get("/api/webllm/stats").status_code == 403
    bob.is_staff = True
    bob.save()
    body = api(bob).get("/api/webllm/stats").json()
    assert body["sessions"] == {
        "total": 1,
        "byStatus": {
            "initializing": 1,
            "ready": 0,
            "generating": 0,
            "error": 0,
            "closed": 0,
            "expired": 0,
        },
        "isEstimate": False,
    }
    assert body["generations"]["total"] == 0


def test_fixed_api_urls_include_those_of_sessions_decks_and_documentation():
    assert {SESSIONS, "/api/flashcards/decks", "/api/docs"} <= set(FIXED_API_URLS)


@pytest.mark.parametrize("url", FIXED_API_URLS)
def test_url_with_trailing_slash_returns_404_with_hint(alice, api, url):
    assert api(alice).get(url).status_code != 404
    response = api(alice).get(f"{url}/")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert "slash" in response.json()["error"]


def test_browsable_api_has_form_to_open_session(alice, client):
    client.force_login(alice)
    page = client.get(SESSIONS, HTTP_ACCEPT="text/html").content.decode()
    assert 'name="modelId"' in page
    assert "csrfmiddlewaretoken" in page
