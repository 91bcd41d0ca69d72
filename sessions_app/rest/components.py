"""Shapes as components of the OpenAPI document: serializers by drf-spectacular, types by msgspec."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, is_serializer

Direction = Literal["request", "response"]
REF = "#/components/schemas/{name}"
Shape = Any


@dataclass(frozen=True)
class Page:
    """A page of a list: `next` and `previous` are addresses, or null at either end. `is_counted`: with how many there are in all."""

    name: str
    item: Shape
    is_counted: bool = False


def reference(schema: AutoSchema, shape: Shape, direction: Direction) -> dict[str, Any]:
    """A `$ref` to the shape's component, which is registered with all that it refers to; a JSON schema stays as it is."""
    if isinstance(shape, dict):
        return shape
    if isinstance(shape, Page):
        return _register(schema, shape.name, _page(shape, reference(schema, shape.item, direction)))
    if is_serializer(shape):
        return dict(schema.resolve_serializer(shape, direction).ref)
    return _typed(schema, shape)


def _page(page: Page, item: dict[str, Any]) -> dict[str, Any]:
    link = {"type": ["string", "null"], "format": "uri"}
    members: dict[str, Any] = {"next": link, "previous": link, "results": {"type": "array", "items": item}}
    if page.is_counted:
        members["count"] = {"type": "integer", "minimum": 0}
    return {"type": "object", "properties": members, "required": sorted(members)}


def _typed(schema: AutoSchema, shape: Any) -> dict[str, Any]:
    (top,), components = msgspec.json.schema_components([shape], ref_template=REF)
    for name, component in components.items():
        _register(schema, name, _renamed(component))
    return dict(_renamed(top))


def _renamed(schema: Any) -> Any:
    """`SessionShape` is called Session outside; how a class is laid out is nobody's title."""
    if isinstance(schema, dict):
        parts = {name: _renamed(part) for name, part in schema.items() if name != "title"}
        return parts | {"$ref": schema["$ref"].removesuffix("Shape")} if "$ref" in schema else parts
    return [_renamed(part) for part in schema] if isinstance(schema, list) else schema


def _register(schema: AutoSchema, name: str, component: dict[str, Any]) -> dict[str, Any]:
    name = name.removesuffix("Shape")
    known = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name, schema=component)
    schema.registry.register_on_missing(known)
    return {"$ref": REF.format(name=name)}
