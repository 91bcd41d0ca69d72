"""Every API call rejects hostile values with a message or accepts them, and never causes a 500."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework.throttling import SimpleRateThrottle

from tests.helpers.routes import http_routes
from tests.hostile.calls import FORM, JSON, MULTIPART, Call, calls, with_value
from tests.hostile.values import BODIES, JSON_VALUES, QUERY_VALUES, UNREADABLE_JSON
from tests.permissions.matrix import ROWS

pytestmark = pytest.mark.django_db
BODY_CALLS = [call for call in calls() if call.media == JSON]
FORM_CALLS = [call for call in calls() if call.media]
QUERY_CALLS = [call for call in calls() if call.parameters]
SAMPLE_TIME = "2026-01-31T18:30:00Z"


@pytest.fixture(autouse=True)
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for scope in SimpleRateThrottle.THROTTLE_RATES:
        monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, scope, None)


def send(
    world: Any,
    call: Call,
    body: str | bytes = b"",
    media: str = JSON,
    query: str = "",
    accept: str = "*/*",
) -> HttpResponseBase:
    """Send the call as Alice, with a bearer token."""
    alice = next(
        knocker
        for knocker in world.everybody
        if knocker.name == "alice" and knocker.means == "bearer"
    )
    ids = world.things.ids | {
        name: world.things.ids[thing] for name, thing in ROWS[call.route].ids.items()
    }
    return world.send(
        alice, call.method, http_routes()[call.route].address(ids) + query, body, media, accept
    )


def example(world: Any, call: Call) -> dict[str, Any]:
    """Return the call's body, with the IDs of Alice's objects and the current time."""
    body = json.dumps(call.body).replace(SAMPLE_TIME, timezone.now().isoformat())
    return json.loads(re.sub(r"<(\w+)>", lambda match: world.things.ids[match[1]], body))


def fault(answer: HttpResponseBase) -> str:
    """Return what is wrong with the response to a hostile request.

    Return an empty string for a success, and for a rejection with a code and messages.
    """
    if answer.status_code < 400:
        return ""
    if answer.status_code >= 500 or answer.headers["Content-Type"] != "application/problem+json":
        return f"{answer.status_code} {answer.headers['Content-Type']}"
    problem = answer.json()
    is_complete = (
        problem["code"]
        and problem["error"].strip()
        and all(" ".join(messages).strip() for messages in problem.get("fields", {}).values())
    )
    return "" if is_complete else f"no message: {problem}"


def form(values: dict[str, str], media: str) -> tuple[str, str]:
    """Return the body of a form, and its media type."""
    if media == FORM:
        return "&".join(f"{name}={quote(value)}" for name, value in values.items()), FORM
    parts = [
        f'--limit\r\nContent-Disposition: form-data; name="{name}"{_file(name)}\r\n\r\n{value}\r\n'
        for name, value in values.items()
    ]
    return "".join([*parts, "--limit--\r\n"]), f"{MULTIPART}; boundary=limit"


def _file(name: str) -> str:
    return '; filename="a&#0;b&#xD800;.json"' if name == "file" else ""


@pytest.mark.parametrize("call", BODY_CALLS, ids=str)
def test_hostile_value_in_a_field_is_refused_or_harmless(world, call):
    body = example(world, call)
    sent = [
        (path, name, with_value(body, path, value))
        for path in call.fields
        for name, value in JSON_VALUES.items()
    ]
    faults = {(path, name): fault(send(world, call, text)) for path, name, text in sent}
    assert {case: words for case, words in faults.items() if words} == {}


@pytest.mark.parametrize("call", BODY_CALLS, ids=str)
def test_unreadable_json_is_refused_with_a_code_and_without_a_traceback(world, call, caplog):
    body, path = example(world, call), call.fields[-1]
    sent = {name: with_value(body, path, value) for name, value in UNREADABLE_JSON.items()}
    for name, text in sent.items():
        answer = send(world, call, text)
        assert (answer.status_code, answer.json()["code"], fault(answer)) == (
            400,
            "invalid_json",
            "",
        ), name
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("call", BODY_CALLS, ids=str)
@pytest.mark.parametrize("media", [JSON, FORM, f"{MULTIPART}; boundary=limit"])
def test_body_of_another_form_is_refused_or_harmless(world, call, media):
    faults = {name: fault(send(world, call, body, media)) for name, body in BODIES.items()}
    assert {name: words for name, words in faults.items() if words} == {}


@pytest.mark.parametrize("call", FORM_CALLS, ids=str)
@pytest.mark.parametrize("media", [FORM, MULTIPART])
def test_hostile_text_in_a_form_is_refused_or_harmless(world, call, media):
    values = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in example(world, call).items()
    }
    names = [str(path[0]) for path in call.fields if len(path) == 1]
    sent = {
        (name, label): form({**values, name: text}, media)
        for name in names
        for label, text in UNREADABLE_JSON.items()
    }
    faults = {case: fault(send(world, call, *body)) for case, body in sent.items()}
    assert {case: words for case, words in faults.items() if words} == {}


@pytest.mark.parametrize("call", QUERY_CALLS, ids=str)
def test_hostile_parameter_is_refused_or_harmless(world, call):
    sent = {
        (name, label): f"?{name}={value}"
        for name in (*call.parameters, "unknown")
        for label, value in QUERY_VALUES.items()
    }
    faults = {case: fault(send(world, call, query=query)) for case, query in sent.items()}
    assert {case: words for case, words in faults.items() if words} == {}


@pytest.mark.parametrize("value", JSON_VALUES.values(), ids=JSON_VALUES)
def test_browsable_api_shows_any_refused_value(world, value):
    call = next(call for call in calls() if str(call) == "POST api-reviews")
    for path in call.fields:
        assert send(
            world, call, with_value(example(world, call), path, value), accept="text/html"
        ).status_code in (200, 400), path
