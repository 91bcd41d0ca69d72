"""All routes of the URL resolver by name, and all routes of sockets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RegexPattern

from sessions_app.routing import websocket_urlpatterns


@dataclass(frozen=True)
class Route:
    """A route with its complete pattern, which is also the name if the route has none."""

    name: str
    pattern: str

    def address(self, values: dict[str, Any]) -> str:
        """Return the URL path, with each variable replaced by its value or by `nowhere`."""
        filled = re.sub(
            r"<(?:\w+:)?(\w+)>", lambda match: str(values.get(match[1], "nowhere")), self.pattern
        )
        return "/" + filled


@cache
def http_routes() -> dict[str, Route]:
    routes = list(_routes(get_resolver().url_patterns))
    assert len({route.name for route in routes}) == len(routes), "route names are not unique"
    return {route.name: route for route in routes}


def socket_routes() -> list[str]:
    return [_text(route.pattern) for route in websocket_urlpatterns]


def _routes(patterns: list[Any], prefix: str = "", namespace: str = "") -> Iterator[Route]:
    for entry in patterns:
        pattern = prefix + _text(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Route(namespace + (entry.name or pattern), pattern)
        else:
            yield from _routes(
                entry.url_patterns,
                pattern,
                namespace + (f"{entry.namespace}:" if entry.namespace else ""),
            )


def _text(pattern: Any) -> str:
    """Return a pattern in the syntax of `path()`, even if it is a regular expression."""
    if not isinstance(pattern, RegexPattern):
        return str(pattern)
    return (
        re.sub(r"\(\?P(<\w+>)(?:[^()]|\([^()]*\))*\)", r"\1", str(pattern))
        .strip("^$")
        .replace("\\.", ".")
        .replace("\\Z", "")
    )
