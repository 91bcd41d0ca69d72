"""All calls of the OpenAPI document, each with a valid body and the paths of its fields."""

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
PLACEHOLDER = "@placeholder@"
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
    media_type: str
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

    `value` is text that may be invalid JSON. Containers that are missing on the path are added.
    """
    changed = deepcopy(body)
    if not path:
        return value
    container = changed
    for key, next_key in pairwise(path):
        container = _enter(container, key, [] if next_key == 0 else {})
    if isinstance(container, list):
        container[:1] = [PLACEHOLDER]
    else:
        container[path[-1]] = PLACEHOLDER
    return json.dumps(changed).replace(f'"{PLACEHOLDER}"', value)


def _enter(container: Any, key: str | int, default: Any) -> Any:
    if isinstance(container, list):
        container[:1] = (
            container[:1] if container and type(container[0]) is type(default) else [default]
        )
        return container[0]
    if type(container.get(key)) is not type(default):
        container[key] = default
    return container[key]


def _call(path: str, method: str, operation: dict[str, Any]) -> Call:
    route = next(route for route in http_routes().values() if _openapi_path(route) == path)
    media_type, content = next(
        iter(operation.get("requestBody", {}).get("content", {}).items()), ("", {})
    )
    body = _merge(_example(content), _row_body(route.name, method.upper())) if content else None
    schema = content.get("schema", {})
    query = tuple(
        parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"
    )
    return Call(
        route.name,
        method.upper(),
        media_type,
        body,
        tuple(_paths(schema, ())) if content else (),
        query,
    )


def _merge(example: Any, row: Any) -> Any:
    """Return the row's values, and those of the example for fields that the row lacks."""
    if isinstance(example, dict) and isinstance(row, dict):
        return example | {name: _merge(example.get(name), value) for name, value in row.items()}
    if isinstance(example, list) and isinstance(row, list) and example and row:
        return [_merge(example[0], row[0]), *row[1:]]
    return row


def _openapi_path(route: Route) -> str:
    """Return the route's pattern in the syntax of the OpenAPI document."""
    return "/" + re.sub(
        r"<(?:\w+:)?(\w+)>", lambda match: "{" + _camel(match[1]) + "}", route.pattern
    )


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _example(content: dict[str, Any]) -> dict[str, Any]:
    return next(iter(content.get("examples", {}).values()), {"value": {}})["value"]


def _row_body(route: str, method: str) -> dict[str, Any]:
    """Return the body from the permission matrix, which refers to existing objects."""
    call = ROWS[route].calls.get(method)
    return call[1] if isinstance(call, tuple) else {}


def _paths(schema: dict[str, Any], path: Path) -> Iterator[Path]:
    schema = _resolve(schema)
    yield path
    for name, subschema in schema.get("properties", {}).items():
        yield from _paths(subschema, (*path, name))
    if "items" in schema:
        yield from _paths(schema["items"], (*path, 0))


def _resolve(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for keyword in ("anyOf", "oneOf", "allOf"):
        for subschema in schema.get(keyword, ()):
            if (resolved := _resolve(subschema)).get("properties") or "items" in resolved:
                return resolved
    return schema
