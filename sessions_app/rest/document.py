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
    result = _without_notes(result)
    components = result["components"]
    components["headers"] = headers.described()
    components["schemas"] = dict(sorted((components.get("schemas", {}) | {"Problem": refusals.SCHEMA}).items()))
    return result


def _without_notes(part: Any) -> Any:
    """What drf-spectacular writes for a later hook of its own, which is not in use here."""
    if isinstance(part, dict):
        return {name: _without_notes(one) for name, one in part.items() if name != "x-spec-enum-id"}
    return [_without_notes(one) for one in part] if isinstance(part, list) else part
