"""How a view describes its calls for the OpenAPI document, and the document itself:

    schema = Calls("Sessions", get=Call("readSession", "Read a session",
    {200: Answer("As it is now.", SessionShape, SESSION)}))

What every call has (errors, limits, headers) is added here, so that no view can forget it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import msgspec
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
UNSAFE = {"POST", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Page:
    """A page of a list: `next` and `previous` are addresses, or null at either end.

    `is_counted`: with how many there are in all.
    """

    name: str
    item: Shape
    is_counted: bool = False


def reference(schema: AutoSchema, shape: Shape, direction: Direction) -> dict[str, Any]:
    """A `$ref` to the shape's component, which is registered with all that it refers to; a JSON
    schema stays as it is.
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
    return {"type": "object", "properties": properties, "required": sorted(properties)}


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
    known = ResolvedComponent(
        name=name, type=ResolvedComponent.SCHEMA, object=name, schema=component
    )
    schema.registry.register_on_missing(known)
    return {"$ref": REF.format(name=name)}


@dataclass(frozen=True)
class OperationLink:
    """A call that can follow: `parameters` and `body` say where in this call or its answer each
    value stands.
    """

    to: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] | None = None

    def described(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        body = {"requestBody": dict(self.body)} if self.body else {}
        return {"operationId": self.to, "parameters": dict(self.parameters)} | body


@dataclass(frozen=True)
class SuccessResponse:
    """A success: `shape` is a serializer, a type that msgspec can describe or a JSON schema; None
    for no body.
    """

    description: str
    shape: Shape = None
    example: Any = None
    headers: tuple[str, ...] = ()
    links: Mapping[str, OperationLink] = field(default_factory=dict)
    media: tuple[str, ...] = (JSON,)


@dataclass(frozen=True)
class Operation:
    """One method of one address.

    `refusals` are codes by status beyond those that every call of its kind has. `query` is the
    serializer that reads the query; `sent` names the request headers that mean something.
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

    Methods without one are drawn from the view's serializers alone.
    """

    def __init__(self, tag: str = "", **calls: Operation) -> None:
        super().__init__()
        self.tag = tag
        self.calls = calls

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Any:
        """The operation object of OpenAPI 3.1."""
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
        """The variables in the address."""
        return [part.strip("{}") for part in self.path.split("/") if part.startswith("{")]

    def _query_parameters(self, call: Operation) -> list[dict[str, Any]]:
        query_fields = call.query().fields.values() if call.query else ()
        parameters = [self._query_parameter(call, query_field) for query_field in query_fields]
        if self._is_list(call):
            view: Any = self.view  # a generic view, since it returns a list
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
        """The media type of bodies."""
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
        """What can be refused, by status: what any such call can meet, and what is this one's
        own.
        """
        # where anybody may call, a token must be good all the same
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
    """The whole document; it changes with the code alone."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


def with_common_parts(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A POSTPROCESSING_HOOK of drf-spectacular: what all calls refer to."""
    result = _without_notes(result)
    components = result["components"]
    components["headers"] = openapi_errors.described()
    schemas = components.get("schemas", {}) | {"Problem": openapi_errors.SCHEMA}
    components["schemas"] = dict(sorted(unwrap_descriptions(schemas).items()))
    return result


def _without_notes(part: Any) -> Any:
    """What drf-spectacular writes for a later hook of its own, which is not in use here."""
    if isinstance(part, dict):
        return {
            name: _without_notes(item) for name, item in part.items() if name != "x-spec-enum-id"
        }
    return [_without_notes(item) for item in part] if isinstance(part, list) else part
