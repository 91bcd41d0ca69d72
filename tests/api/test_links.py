"""Every link of the OpenAPI document can be followed.

Each test starts at a call that no link leads to, and sends the samples as bodies.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from sessions_app.rest.openapi import document
from sessions_app.rest.samples.sample import sample_value

CALLS = {
    call["operationId"]: (method, path, call)
    for path, methods in document()["paths"].items()
    for method, call in methods.items()
}


class Link(NamedTuple):
    """A link from one call to another."""

    source: str
    status: str
    definition: Mapping[str, Any]

    @property
    def target(self) -> str:
        return str(self.definition["operationId"])


class CompletedCall(NamedTuple):
    """The request and the response of a call."""

    path: Mapping[str, Any]
    request_body: Any
    response_body: Any
    status: str


def links() -> Iterator[Link]:
    for name, (_, _, call) in CALLS.items():
        for status, response in call["responses"].items():
            yield from (
                Link(name, status, definition) for definition in response.get("links", {}).values()
            )


LINKS = list(links())
ENTRY_CALLS = {link.source for link in LINKS} - {link.target for link in LINKS}


def link_chains() -> dict[str, list[Link]]:
    """Map each call that links start from to the links that lead to it."""
    chains: dict[str, list[Link]] = {name: [] for name in ENTRY_CALLS}
    for _ in LINKS:
        for link in LINKS:
            if link.source in chains:
                chains.setdefault(link.target, [*chains[link.source], link])
    return chains


LINK_CHAINS = link_chains()


def evaluate(expression: str, completed: CompletedCall) -> Any:
    """Evaluate a runtime expression of OpenAPI; only those used in the document are supported."""
    if expression.startswith("$request.path."):
        return completed.path[expression.removeprefix("$request.path.")]
    source_body, _, name = expression.partition("#/")
    return {"$request.body": completed.request_body, "$response.body": completed.response_body}[
        source_body
    ][name]


def new_ids(name: str) -> dict[str, str]:
    """Return the IDs that the client chooses in the path of a call."""
    _, _, call = CALLS[name]
    return {
        parameter["name"]: str(uuid4())
        for parameter in call["parameters"]
        if parameter["in"] == "path"
    }


def execute_call(
    client: APIClient, name: str, path: Mapping[str, Any], body: Any = None
) -> CompletedCall:
    method, address, call = CALLS[name]
    request_body = body or sample_value(call.get("requestBody", {}))
    query = {
        parameter["name"]: parameter["example"]
        for parameter in call["parameters"]
        if parameter["in"] == "query" and parameter["required"]
    }
    response = getattr(client, method)(
        address.format(**path), query if method == "get" else request_body
    )
    assert 200 <= response.status_code < 300, f"{name}: {response.content}"
    is_json = response.get("Content-Type") == "application/json"
    return CompletedCall(
        path, request_body, response.json() if is_json else None, str(response.status_code)
    )


@pytest.mark.parametrize("link", LINKS, ids=lambda link: f"{link.source}-{link.target}")
def test_openapi_link_can_be_followed(
    bob: User, api: Callable[[User], APIClient], link: Link
) -> None:
    client, chain = api(bob), [*LINK_CHAINS[link.source], link]
    completed = execute_call(client, chain[0].source, new_ids(chain[0].source))
    for step in chain:
        assert completed.status == step.status
        path = {
            name: evaluate(expression, completed)
            for name, expression in step.definition.get("parameters", {}).items()
        }
        body = {
            name: evaluate(expression, completed)
            for name, expression in step.definition.get("requestBody", {}).items()
        }
        completed = execute_call(client, step.target, path, body)
