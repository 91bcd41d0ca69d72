"""API calls accept hostile values or reject them with a message, and never cause a 500."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponseBase
from django.utils import timezone

from tests.helpers.routes import http_routes
from tests.hostile.calls import FORM, JSON, MULTIPART, Call, calls, with_value
from tests.hostile.rejections import find_error
from tests.hostile.values import BODIES, JSON_VALUES, QUERY_VALUES, UNREADABLE_JSON
from tests.permissions.matrix import ROWS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_rate_limits")]
BODY_CALLS = [call for call in calls() if call.media_type == JSON]
FORM_CALLS = [call for call in calls() if call.media_type]
QUERY_CALLS = [call for call in calls() if call.parameters]
SAMPLE_TIME = "2026-01-31T18:30:00Z"


def send(
    scenario: Any,
    call: Call,
    body: str | bytes = b"",
    media_type: str = JSON,
    query: str = "",
    accept: str = "*/*",
) -> HttpResponseBase:
    """Send the call as Alice, with a bearer token."""
    alice = next(
        identity
        for identity in scenario.identities
        if identity.name == "alice" and identity.authentication == "bearer"
    )
    ids = scenario.objects.ids | {
        name: scenario.objects.ids[object_name]
        for name, object_name in ROWS[call.route].ids.items()
    }
    return scenario.send(
        alice, call.method, http_routes()[call.route].address(ids) + query, body, media_type, accept
    )


def example(scenario: Any, call: Call) -> dict[str, Any]:
    """Return the call's body, with the IDs of Alice's objects and the current time."""
    body = json.dumps(call.body).replace(SAMPLE_TIME, timezone.now().isoformat())
    return json.loads(re.sub(r"<(\w+)>", lambda match: scenario.objects.ids[match[1]], body))


def form(values: dict[str, str], media_type: str) -> tuple[str, str]:
    """Return the body of a form, and its media type."""
    if media_type == FORM:
        return "&".join(f"{name}={quote(value)}" for name, value in values.items()), FORM
    parts = [
        f'--limit\r\nContent-Disposition: form-data; name="{name}"{_filename(name)}'
        f"\r\n\r\n{value}\r\n"
        for name, value in values.items()
    ]
    return "".join([*parts, "--limit--\r\n"]), f"{MULTIPART}; boundary=limit"


def _filename(name: str) -> str:
    return '; filename="a&#0;b&#xD800;.json"' if name == "file" else ""


@pytest.mark.parametrize("call", BODY_CALLS, ids=str)
def test_hostile_value_in_body_field_is_accepted_or_rejected_with_message(scenario, call):
    body = example(scenario, call)
    cases = [
        (path, name, with_value(body, path, value))
        for path in call.fields
        for name, value in JSON_VALUES.items()
    ]
    errors = {(path, name): find_error(send(scenario, call, text)) for path, name, text in cases}
    assert {case: error for case, error in errors.items() if error} == {}


@pytest.mark.parametrize("call", BODY_CALLS, ids=str)
def test_unreadable_json_is_rejected_with_code_and_without_traceback(scenario, call, caplog):
    body, path = example(scenario, call), call.fields[-1]
    cases = {name: with_value(body, path, value) for name, value in UNREADABLE_JSON.items()}
    for name, text in cases.items():
        response = send(scenario, call, text)
        assert (response.status_code, response.json()["code"], find_error(response)) == (
            400,
            "invalid_json",
            "",
        ), name
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("call", BODY_CALLS, ids=str)
@pytest.mark.parametrize("media_type", [JSON, FORM, f"{MULTIPART}; boundary=limit"])
def test_malformed_body_is_accepted_or_rejected_with_message(scenario, call, media_type):
    errors = {
        name: find_error(send(scenario, call, body, media_type)) for name, body in BODIES.items()
    }
    assert {name: error for name, error in errors.items() if error} == {}


@pytest.mark.parametrize("call", FORM_CALLS, ids=str)
@pytest.mark.parametrize("media_type", [FORM, MULTIPART])
def test_hostile_text_in_form_is_accepted_or_rejected_with_message(scenario, call, media_type):
    values = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in example(scenario, call).items()
    }
    names = [str(path[0]) for path in call.fields if len(path) == 1]
    cases = {
        (name, label): form({**values, name: text}, media_type)
        for name in names
        for label, text in UNREADABLE_JSON.items()
    }
    errors = {case: find_error(send(scenario, call, *body)) for case, body in cases.items()}
    assert {case: error for case, error in errors.items() if error} == {}


@pytest.mark.parametrize("call", QUERY_CALLS, ids=str)
def test_hostile_query_parameter_is_accepted_or_rejected_with_message(scenario, call):
    cases = {
        (name, label): f"?{name}={value}"
        for name in (*call.parameters, "unknown")
        for label, value in QUERY_VALUES.items()
    }
    errors = {case: find_error(send(scenario, call, query=query)) for case, query in cases.items()}
    assert {case: error for case, error in errors.items() if error} == {}


@pytest.mark.parametrize("value", JSON_VALUES.values(), ids=JSON_VALUES)
def test_browsable_api_returns_200_or_400_for_hostile_value(scenario, value):
    call = next(call for call in calls() if str(call) == "POST api-reviews")
    for path in call.fields:
        assert send(
            scenario, call, with_value(example(scenario, call), path, value), accept="text/html"
        ).status_code in (200, 400), path
