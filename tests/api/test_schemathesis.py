"""The API conforms to its OpenAPI document for valid requests, invalid requests and link sequences.

Schemathesis generates the requests. They are the same on every machine: the edge cases of each call
and MINDFLIP_API_EXAMPLES more (one, or 20 in `make thorough`), derived from MINDFLIP_API_SEED. A
run that takes longer than MINDFLIP_API_SECONDS fails with a message.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.db import connections
from rest_framework.throttling import SimpleRateThrottle
from rest_framework_simplejwt.tokens import AccessToken
from schemathesis import openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from sessions_app.rest.openapi import document
from tests.helpers.tiers import FACTOR

EXAMPLES = int(os.environ.get("MINDFLIP_API_EXAMPLES", FACTOR))
SEQUENCES = 10  # of calls, along links
APPLICATION = get_asgi_application()
SECONDS = int(os.environ.get("MINDFLIP_API_SECONDS", 600 * FACTOR))
SEED = int(os.environ.get("MINDFLIP_API_SEED", "1"))
# A valid request may still be rejected by a rule that the schema cannot express.
RULES_OUTSIDE_SCHEMA = {
    "register": "the name is available, and the password is not common",
    "createToken": "a name that is not only white space",
    "deleteAccount": "the password is the caller's",
    "changePassword": "the password is the caller's",
    "signOutEverywhere": "the password is the caller's",
    "createGeneration": "no NUL in a text",
    "createDeck": "a name or a generation; a cloze has a gap",
    "addCard": "a cloze has a gap",
    "changeCard": "a cloze has a gap",
    "importFile": "the file has cards",
    "previewFile": "the file can be read",
    "recordReviews": "a list of up to 500",
    "changeStudySettings": "a valid time zone",
    "mergeDecks": "two different decks",
    "changeDeck": "at most 50 tags",
    "tagCards": "at most 50 tags",
    "listDuplicates": "an existing page",
    "createSession": "a different key for each request",
}
DISABLED_CHECKS = {
    # In a form every field is text, and an empty field counts as missing. An invalid review in a
    # batch is rejected without rejecting the batch.
    "negative_data_rejection": ("importFile", "previewFile", "recordReviews"),
    # DELETE ends these objects; they can still be read.
    "use_after_free": ("readSession", "listGenerations", "readGeneration", "readReview"),
    # The deck exists, but the cards to restore with it may not.
    "ensure_resource_availability": ("restoreDeck",),
}
ALLOWED = ["2xx", "304", "400", "401", "403", "404", "409", "422", "429"]


@pytest.fixture
def without_limits(
    transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Accept the in-process client, and lift the limits."""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.MAX_SESSIONS_PER_USER = settings.MAX_QUEUED_PER_USER = 10_000
    for scope in SimpleRateThrottle.THROTTLE_RATES:
        monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, scope, None)
    yield
    connections.close_all()


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Run Django for a client with an address, which the in-process client lacks."""
    await APPLICATION({**scope, "client": ("127.0.0.1", 4711)}, receive, send)


def check_exceptions() -> list[dict[str, Any]]:
    """Return the exceptions from the checks for single calls."""
    calls = [call for methods in document()["paths"].values() for call in methods.values()]
    lists = {
        call["operationId"]
        for call in calls
        if any(parameter["name"] == "cursor" for parameter in call["parameters"])
    }
    exceptions: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for name in lists | set(RULES_OUTSIDE_SCHEMA):  # only cursors from a response are valid
        exceptions[name]["positive_data_acceptance"] = {"expected-statuses": ALLOWED}
    for check, names in DISABLED_CHECKS.items():
        for name in names:
            exceptions[name][check] = {"enabled": False}
    return [
        {"include-operation-id": name, "checks": checks}
        for name, checks in sorted(exceptions.items())
    ]


def config(token: str) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "request-timeout": 60,
            "headers": {"Authorization": f"Bearer {token}"},
            "operations": check_exceptions(),
            "parameters": {"query.wait": 0},
            "phases": {
                # Otherwise each list is requested with the values of all earlier responses.
                "examples": {"extra-data-sources": {"responses": False}},
                "stateful": {
                    "inference": {"algorithms": []},
                    "generation": {"max-examples": SEQUENCES * EXAMPLES},
                },
            },
            "generation": {
                "with-security-parameters": False,
                "max-examples": EXAMPLES,
                "no-shrink": True,
                "database": "none",
                "deterministic": True,
            },
        }
    )


@dataclass
class Report:
    """The result of a run."""

    failures: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    modes: set[tuple[str, str]] = field(default_factory=set)  # a call, and "positive" or "negative"
    links: set[str] = field(default_factory=set)

    def add(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.NonFatalError | events.FatalError):
            self.failures.append(str(event))
        elif isinstance(event, events.ScenarioFinished):
            self.failures += failures(event)
            self._count(event.recorder)

    def _count(self, recorder: ScenarioRecorder) -> None:
        for case_id, interaction in recorder.interactions.items():
            node = recorder.cases[case_id]
            if interaction.response:
                self.statuses[interaction.response.status_code] += 1
                self.modes.add(
                    (node.value.operation.label, str(node.value.meta.generation.mode.value))
                )
            if node.transition:
                self.links.add(node.transition.id)


def failures(event: events.ScenarioFinished) -> Iterator[str]:
    for case_id, checks in event.recorder.checks.items():
        case, response = (
            event.recorder.cases[case_id].value,
            event.recorder.interactions[case_id].response,
        )
        content = response and response.content[:300]
        for check in checks:
            if check.status == Status.FAILURE:
                failure = check.failure_info.failure
                yield (
                    f"{event.phase.name} {check.name}: {failure.title} {failure.message}\n "
                    f" {case.as_curl_command()[:2000]}\n  {content}\n"
                )


def run(token: str) -> Report:
    """Run all phases once.

    The time limit is checked here, because with its own limit Schemathesis repeats the phases until
    the time is up.
    """
    schema = openapi.from_asgi("/api/schema", app, config=config(token))
    report, stream, deadline = Report(), from_schema(schema).execute(), monotonic() + SECONDS
    for event in stream:
        report.add(event)
        if monotonic() > deadline:
            stream.stop()
            report.failures.append(
                f"The run did not finish within {SECONDS} seconds. Find the request that"
                " hangs, or increase MINDFLIP_API_SECONDS."
            )
            break
    return report


@pytest.mark.fuzz
def test_api_conforms_to_openapi_document(without_limits: None, alice: Any) -> None:
    # With the password of the samples, the first request would delete the account.
    alice.set_password("none of the document's samples")
    alice.save()
    report = run(str(AccessToken.for_user(alice)))
    assert report.failures == [], "\n".join([*report.failures, str(report.statuses)])
    # The requests were authorized, and many succeeded.
    assert report.statuses[200] > len(document()["paths"]), report.statuses
    calls = {
        f"{method.upper()} {path}"
        for path, methods in document()["paths"].items()
        for method in methods
    }
    assert report.modes == {(call, mode) for call in calls for mode in ("positive", "negative")}
