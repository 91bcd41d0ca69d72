"""Every link of the OpenAPI document can be followed.

Each test starts at a call that no link leads to, and sends the samples as bodies.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

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
    described: Mapping[str, Any]

    @property
    def target(self) -> str:
        return str(self.described["operationId"])


class Done(NamedTuple):
    """The request and the response of a call."""

    path: Mapping[str, Any]
    body: Any
    answer: Any
    status: str


def links() -> Iterator[Link]:
    for name, (_, _, call) in CALLS.items():
        for status, response in call["responses"].items():
            yield from (
                Link(name, status, described) for described in response.get("links", {}).values()
            )


LINKS = list(links())
BEGINNINGS = {link.source for link in LINKS} - {link.target for link in LINKS}


def ways() -> dict[str, list[Link]]:
    """Map each call that links start from to the links that lead to it."""
    known: dict[str, list[Link]] = {name: [] for name in BEGINNINGS}
    for _ in LINKS:
        for link in LINKS:
            if link.source in known:
                known.setdefault(link.target, [*known[link.source], link])
    return known


WAYS = ways()


def value(expression: str, done: Done) -> Any:
    """Evaluate a runtime expression of OpenAPI; only those used in the document are supported."""
    if expression.startswith("$request.path."):
        return done.path[expression.removeprefix("$request.path.")]
    place, _, name = expression.partition("#/")
    return {"$request.body": done.body, "$response.body": done.answer}[place][name]


def made(client: APIClient, name: str, path: Mapping[str, Any], body: Any = None) -> Done:
    method, address, call = CALLS[name]
    sent = body or sample_value(call.get("requestBody", {}))
    query = {
        parameter["name"]: parameter["example"]
        for parameter in call["parameters"]
        if parameter["in"] == "query" and parameter["required"]
    }
    answer = getattr(client, method)(address.format(**path), query if method == "get" else sent)
    assert 200 <= answer.status_code < 300, f"{name}: {answer.content}"
    is_json = answer.get("Content-Type") == "application/json"
    return Done(path, sent, answer.json() if is_json else None, str(answer.status_code))


@pytest.mark.parametrize("link", LINKS, ids=lambda link: f"{link.source}-{link.target}")
def test_a_link_can_be_followed(bob: User, api: Callable[[User], APIClient], link: Link) -> None:
    client, way = api(bob), [*WAYS[link.source], link]
    done = made(client, way[0].source, {})
    for step in way:
        assert done.status == step.status
        path = {
            name: value(expression, done)
            for name, expression in step.described.get("parameters", {}).items()
        }
        body = {
            name: value(expression, done)
            for name, expression in step.described.get("requestBody", {}).items()
        }
        done = made(client, step.target, path, body)
