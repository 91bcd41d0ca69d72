"""The OpenAPI document: served at /api/schema, kept as docs/openapi.json."""

from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from sessions_app.rest import headers, refusals


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole document; it changes with the code alone."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def with_common_parts(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A POSTPROCESSING_HOOK of drf-spectacular: what all calls refer to."""
    components = result["components"]
    components["headers"] = headers.described()
    components["schemas"] = dict(sorted((components.get("schemas", {}) | {"Problem": refusals.SCHEMA}).items()))
    return result
