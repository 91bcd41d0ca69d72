"""Every call of the OpenAPI document, with a body that works and the paths of all its fields."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from sessions_app.rest.openapi import document
from tests.helpers.routes import Route, http_routes
from tests.permissions.matrix import ROWS

Path = tuple[str | int, ...]
HERE = "@here@"
JSON, MULTIPART, FORM = (
    "application/json",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
)


@dataclass(frozen=True)
class Call:
    """One method of one route.

    `body` is an example. `fields` are the paths of all fields in the document, including those that
    the example lacks.
    """

    route: str
    method: str
    media: str
    body: Any
    fields: tuple[Path, ...]
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


@cache
def calls() -> list[Call]:
    return [
        _call(path, method, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def with_value(body: Any, path: Path, value: str) -> str:
    """Return the body as JSON, with `value` at the path.

    `value` is JSON text, or text that pretends to be JSON. Containers that are missing on the path
    are added.
    """
    changed = deepcopy(body)
    if not path:
        return value
    place = changed
    for step, following in pairwise(path):
        place = _entered(place, step, [] if following == 0 else {})
    if isinstance(place, list):
        place[:1] = [HERE]
    else:
        place[path[-1]] = HERE
    return json.dumps(changed).replace(f'"{HERE}"', value)


def _entered(place: Any, step: str | int, default: Any) -> Any:
    if isinstance(place, list):
        place[:1] = place[:1] if place and type(place[0]) is type(default) else [default]
        return place[0]
    if type(place.get(step)) is not type(default):
        place[step] = default
    return place[step]


def _call(path: str, method: str, operation: dict[str, Any]) -> Call:
    route = next(route for route in http_routes().values() if _documented(route) == path)
    media, content = next(
        iter(operation.get("requestBody", {}).get("content", {}).items()), ("", {})
    )
    body = _merged(_example(content), _row_body(route.name, method.upper())) if content else None
    schema = content.get("schema", {})
    query = tuple(
        parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"
    )
    return Call(
        route.name, method.upper(), media, body, tuple(_paths(schema, ())) if content else (), query
    )


def _merged(example: Any, row: Any) -> Any:
    """Return the row's values, with those of the example where the row has none."""
    if isinstance(example, dict) and isinstance(row, dict):
        return example | {name: _merged(example.get(name), value) for name, value in row.items()}
    if isinstance(example, list) and isinstance(row, list) and example and row:
        return [_merged(example[0], row[0]), *row[1:]]
    return row


def _documented(route: Route) -> str:
    """Return the route's pattern in the notation of the document."""
    return "/" + re.sub(
        r"<(?:\w+:)?(\w+)>", lambda match: "{" + _camel(match[1]) + "}", route.pattern
    )


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _example(content: dict[str, Any]) -> dict[str, Any]:
    return next(iter(content.get("examples", {}).values()), {"value": {}})["value"]


def _row_body(route: str, method: str) -> dict[str, Any]:
    """Return the body from the table of endpoints, which refers to existing objects."""
    call = ROWS[route].calls.get(method)
    return call[1] if isinstance(call, tuple) else {}


def _paths(schema: dict[str, Any], path: Path) -> Iterator[Path]:
    schema = _resolved(schema)
    yield path
    for name, inner in schema.get("properties", {}).items():
        yield from _paths(inner, (*path, name))
    if "items" in schema:
        yield from _paths(schema["items"], (*path, 0))


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for choice in ("anyOf", "oneOf", "allOf"):
        for inner in schema.get(choice, ()):
            if (resolved := _resolved(inner)).get("properties") or "items" in resolved:
                return resolved
    return schema
