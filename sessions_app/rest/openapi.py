"""The OpenAPI document, and the classes with which views describe their calls.

For example:

    schema = ApiSchema("Sessions", get=Operation("readSession", "Read a session",
    {200: SuccessResponse("The current state.", SessionShape, SESSION)}))

Errors, limits and headers that all calls have are added here, so that no view can omit them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import msgspec
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent, is_serializer
from rest_framework.parsers import MultiPartParser

from sessions_app.asyncapi import unwrap, unwrap_descriptions
from sessions_app.rest import openapi_errors

Direction = Literal["request", "response"]
REF = "#/components/schemas/{name}"
Shape = Any
JSON = "application/json"
FORM = "multipart/form-data"
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Page:
    """A page of a list, where `next` and `previous` are URLs, or null at either end.

    If `is_counted` is true, the page also contains the total `count`.
    """

    name: str
    item: Shape
    is_counted: bool = False


def reference(schema: AutoSchema, shape: Shape, direction: Direction) -> dict[str, Any]:
    """Register the component of a shape, and those that it refers to, and return its `$ref`.

    A JSON schema is returned unchanged.
    """
    if isinstance(shape, dict):
        return shape
    if isinstance(shape, Page):
        return _register(schema, shape.name, _page(shape, reference(schema, shape.item, direction)))
    if is_serializer(shape):
        return dict(schema.resolve_serializer(shape, direction).ref)
    return _typed(schema, shape)


def _page(page: Page, item: dict[str, Any]) -> dict[str, Any]:
    link = {"type": ["string", "null"], "format": "uri"}
    properties: dict[str, Any] = {
        "next": link,
        "previous": link,
        "results": {"type": "array", "items": item},
    }
    if page.is_counted:
        properties["count"] = {"type": "integer", "minimum": 0}
    return {
        "description": "A page of a list. `next` and `previous` are the URLs of the pages after and"
        " before it, or null.",
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
    }


def _typed(schema: AutoSchema, shape: Any) -> dict[str, Any]:
    (top,), components = msgspec.json.schema_components([shape], ref_template=REF)
    for name, component in components.items():
        _register(schema, name, _renamed(component))
    return dict(_renamed(top))


def _renamed(schema: Any) -> Any:
    """Return the schema without titles, and with `Session` in place of `SessionShape`."""
    if isinstance(schema, dict):
        parts = {name: _renamed(part) for name, part in schema.items() if name != "title"}
        return parts | {"$ref": schema["$ref"].removesuffix("Shape")} if "$ref" in schema else parts
    return [_renamed(part) for part in schema] if isinstance(schema, list) else schema


def _register(schema: AutoSchema, name: str, component: dict[str, Any]) -> dict[str, Any]:
    name = name.removesuffix("Shape")
    known = ResolvedComponent(
        name=name, type=ResolvedComponent.SCHEMA, object=name, schema=component
    )
    schema.registry.register_on_missing(known)
    return {"$ref": REF.format(name=name)}


@dataclass(frozen=True)
class OperationLink:
    """A call that can follow this one.

    `parameters` and `body` map names to expressions for values in this call or its response.
    """

    to: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] | None = None

    def described(self) -> dict[str, Any]:
        """Return the link object of OpenAPI."""
        body = {"requestBody": dict(self.body)} if self.body else {}
        return {"operationId": self.to, "parameters": dict(self.parameters)} | body


@dataclass(frozen=True)
class SuccessResponse:
    """A successful response.

    `shape` is a serializer, a type that msgspec can describe, a Page or a JSON schema. It is None
    if the response has no body.
    """

    description: str
    shape: Shape = None
    example: Any = None
    headers: tuple[str, ...] = ()
    links: Mapping[str, OperationLink] = field(default_factory=dict)
    media: tuple[str, ...] = (JSON,)


@dataclass(frozen=True)
class Operation:
    """A method of a URL.

    `refusals` maps statuses to error codes, in addition to those of all similar calls. `query` is
    the serializer of the query parameters. `sent` names the request headers that have an effect.
    """

    name: str
    summary: str
    answers: Mapping[int, SuccessResponse]
    description: str = ""
    body: Shape = None
    example: Any = None
    is_body_optional: bool = False
    query: Any = None
    query_example: Mapping[str, Any] = field(default_factory=dict)
    sent: tuple[str, ...] = ()
    refusals: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


UNCHANGED = SuccessResponse("What If-None-Match names is still so.")


class ApiSchema(AutoSchema):
    """The calls of a view by method.

    Methods that are not listed are described by the view's serializers alone.
    """

    def __init__(self, tag: str = "", **calls: Operation) -> None:
        super().__init__()
        self.tag = tag
        self.calls = calls

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Any:
        """Return the operation object of OpenAPI 3.1."""
        call = self.calls.get(method.lower())
        if call is None:
            return super().get_operation(path, path_regex, path_prefix, method, registry)
        self.registry, self.path, self.path_regex, self.path_prefix, self.method = (
            registry,
            path,
            path_regex,
            path_prefix,
            method.upper(),
        )
        return self._described(call)

    def _described(self, call: Operation) -> dict[str, Any]:
        return {
            "operationId": call.name,
            "summary": call.summary,
            "description": call.description or unwrap(type(self.view).__doc__ or call.summary),
            "tags": [self.tag],
            "parameters": [
                *self._resolve_path_parameters(self._path_names()),
                *self._query_parameters(call),
                *openapi_errors.sent(self._sent(call)),
            ],
            **({} if call.body is None else {"requestBody": self._body(call)}),
            "security": self.get_auth(),
            "responses": self._responses(call),
        }

    def _is_versioned(self) -> bool:
        return self.method == "GET" and getattr(self.view, "has_etag", False)

    def _sent(self, call: Operation) -> tuple[str, ...]:
        return (*call.sent, "If-None-Match") if self._is_versioned() else call.sent

    def _path_names(self) -> list[str]:
        """Return the names of the variables in the path."""
        return [part.strip("{}") for part in self.path.split("/") if part.startswith("{")]

    def _query_parameters(self, call: Operation) -> list[dict[str, Any]]:
        query_fields = call.query().fields.values() if call.query else ()
        parameters = [self._query_parameter(call, query_field) for query_field in query_fields]
        if self._is_list(call):
            view: Any = self.view  # a generic view, because it returns a list
            parameters += view.pagination_class().get_schema_operation_parameters(view)
        return parameters

    def _is_list(self, call: Operation) -> bool:
        return any(isinstance(answer.shape, Page) for answer in call.answers.values())

    def _query_parameter(self, call: Operation, query_field: Any) -> dict[str, Any]:
        schema = dict(self._map_serializer_field(query_field, "request"))
        description = schema.pop("description", "")
        parameter = {
            "in": "query",
            "name": query_field.field_name,
            "description": description,
            "schema": schema,
            "required": query_field.required,
        }
        if query_field.field_name in call.query_example:
            parameter["example"] = call.query_example[query_field.field_name]
        return parameter

    def _body(self, call: Operation) -> dict[str, Any]:
        return {
            "content": {self._media(): self._content(call.body, "request", call.example)},
            "required": not call.is_body_optional,
        }

    def _media(self) -> str:
        """Return the media type of request bodies."""
        return FORM if list(self.view.parser_classes) == [MultiPartParser] else JSON

    def _content(self, shape: Shape, direction: Direction, example: Any) -> dict[str, Any]:
        examples = {} if example is None else {"examples": {"sample": {"value": example}}}
        return {"schema": reference(self, shape, direction), **examples}

    def _responses(self, call: Operation) -> dict[str, Any]:
        limited = openapi_errors.LIMITED if self.view.get_throttles() else ()
        good = {
            str(status): self._answer(answer, limited) for status, answer in call.answers.items()
        }
        if self._is_versioned():
            good["304"] = self._answer(UNCHANGED, limited)
        return good | openapi_errors.responses(self._codes(call), limited, self.registry)

    def _answer(self, answer: SuccessResponse, limited: tuple[str, ...]) -> dict[str, Any]:
        pages = ("Link",) if isinstance(answer.shape, Page) else ()
        etag = ("ETag",) if self._is_versioned() else ()
        names = (*answer.headers, *etag, *pages, *limited)
        response: dict[str, Any] = {
            "description": answer.description,
            "headers": openapi_errors.referred(names),
        }
        if answer.shape is not None:
            response["content"] = dict.fromkeys(
                answer.media, self._content(answer.shape, "response", answer.example)
            )
        if answer.links:
            response["links"] = {name: link.described() for name, link in answer.links.items()}
        return response

    def _codes(self, call: Operation) -> dict[int, tuple[str, ...]]:
        """Return the error codes by status, both those of all similar calls and the call's own."""
        # Where a token is optional, an invalid one is still rejected.
        is_open = not any(self.get_auth())
        reads_json = call.body is not None and self._media() == JSON
        general = {
            400: (
                ("invalid",) * (call.body is not None or bool(call.query) or self._is_list(call))
                + ("invalid_json",) * reads_json
            ),
            401: () if is_open else ("unauthorized",),
            403: ("forbidden",) if self.method in UNSAFE and not is_open else (),
            404: ("not_found",) if self._path_names() else (),
            406: ("not_acceptable",),
            415: ("unsupported_media_type",) if call.body is not None else (),
            429: ("rate_limited",) if self.view.get_throttles() else (),
            503: ("unavailable",),
        }
        own = {
            status: (*general.get(status, ()), *codes) for status, codes in call.refusals.items()
        }
        return {status: codes for status, codes in sorted((general | own).items()) if codes}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the whole document, which is cached because it only depends on the code.

    It is in English, including the texts of serializers that are translated elsewhere.
    """
    with translation.override("en"):
        schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


def with_common_parts(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the components that all calls refer to (a POSTPROCESSING_HOOK of drf-spectacular)."""
    result = _without_notes(result)
    components = result["components"]
    components["headers"] = openapi_errors.described()
    schemas = components.get("schemas", {}) | {"Problem": openapi_errors.SCHEMA}
    components["schemas"] = dict(sorted(unwrap_descriptions(schemas).items()))
    return result


def _without_notes(part: Any) -> Any:
    """Remove the entries that drf-spectacular adds for a hook that is not in use here."""
    if isinstance(part, dict):
        return {
            name: _without_notes(item) for name, item in part.items() if name != "x-spec-enum-id"
        }
    return [_without_notes(item) for item in part] if isinstance(part, list) else part
