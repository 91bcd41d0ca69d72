"""Every address that the URL resolver and the socket routing know, by its route's name."""

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
    """`pattern` as it stands in the code, prefixes and all; a route without a name goes by it."""

    name: str
    pattern: str

    def address(self, values: dict[str, Any]) -> str:
        """With each variable filled in: of `values`, else by something that nobody has."""
        filled = re.sub(
            r"<(?:\w+:)?(\w+)>", lambda match: str(values.get(match[1], "nowhere")), self.pattern
        )
        return "/" + filled


@cache
def http_routes() -> dict[str, Route]:
    routes = list(_routes(get_resolver().url_patterns))
    assert len({route.name for route in routes}) == len(routes), "two routes have one name"
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
    """A regular expression in the writing of `path()`."""
    if not isinstance(pattern, RegexPattern):
        return str(pattern)
    return (
        re.sub(r"\(\?P(<\w+>)(?:[^()]|\([^()]*\))*\)", r"\1", str(pattern))
        .strip("^$")
        .replace("\\.", ".")
        .replace("\\Z", "")
    )
