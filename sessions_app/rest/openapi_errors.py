"""Descriptions of errors and headers in the OpenAPI document.

Errors are problem+json with stable codes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from sessions_app.problems import MEDIA_TYPE, problem

WORDS = {
    400: "Something in the request is wrong; `fields` names it.",
    401: "No token, or one that is not good (any more).",
    403: (
        "This is not the caller's to do: a form without its CSRF token, or a call for staff alone."
    ),
    404: "There is no such thing for this caller; what belongs to another user answers the same.",
    406: "None of the media types in Accept can be given.",
    409: "It is not in a state that allows this.",
    413: "The file is too large.",
    415: "The body's media type is not one that this call reads.",
    422: "This Idempotency-Key was used for another request.",
    429: "A limit is reached: ask again after `Retry-After` seconds.",
    503: "The database or Redis does not answer: ask again after `Retry-After` seconds.",
}
MESSAGES = {
    "invalid": "modelId: This field is required.",
    "invalid_json": "Send valid JSON: line 1, column 2 cannot be read.",
    "unauthorized": "Authentication credentials were not provided.",
    "forbidden": "You do not have permission to perform this action.",
    "not_found": "There is no session with this id: create one with POST /api/webllm/session.",
    "not_acceptable": "Could not satisfy the request Accept header.",
    "unsupported_media_type": 'Unsupported media type "text/plain" in request.',
    "rate_limited": "Request was throttled. Expected available in 30 seconds.",
    "locked_out": "Too many attempts to sign in: try again in 10 minutes.",
    "unavailable": "The server cannot do this just now: try again in a few seconds.",
}
HEADERS = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
SCHEMA = {
    "type": "object",
    "description": (
        "An error (RFC 9457). `error` is a sentence for a person, `code` is stable and for"
        " programs."
    ),
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string"},
        "error": {"type": "string"},
        "fields": {
            "type": "object",
            "description": "Sentences by the name of the wrong member.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "required": ["type", "title", "status", "code", "error"],
}
TEXT = {"type": "string"}
SECONDS = {"type": "integer", "minimum": 0}
LIMITED = ("RateLimit", "RateLimit-Policy")


def responses(
    codes: Mapping[int, tuple[str, ...]], limited: tuple[str, ...], registry: ComponentRegistry
) -> dict[str, Any]:
    """Return the error responses of a call, whose codes are given by status.

    Each combination of a status and its codes is a component.
    """
    return {
        str(status): _referred(status, names, limited, registry) for status, names in codes.items()
    }


def _referred(
    status: int, codes: tuple[str, ...], limited: tuple[str, ...], registry: ComponentRegistry
) -> dict[str, Any]:
    codes = tuple(dict.fromkeys(codes))
    name = "".join(word.capitalize() for code in codes for word in code.split("_")) + str(status)
    registry.register_on_missing(
        ResolvedComponent(name, "responses", schema=_response(status, codes, limited), object=name)
    )
    return {"$ref": f"#/components/responses/{name}"}


def _response(status: int, codes: tuple[str, ...], limited: tuple[str, ...]) -> dict[str, Any]:
    own = {"properties": {"status": {"const": status}, "code": {"enum": list(codes)}}}
    # Other errors may occur before the request is counted, so only 429 always has these headers.
    names = (*HEADERS.get(status, ()), *(limited if status == 429 else ()))
    return {
        "description": WORDS[status],
        "headers": referred(names),
        "content": {
            MEDIA_TYPE: {
                "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, own]},
                "examples": {code: {"value": _example(status, code)} for code in codes},
            }
        },
    }


def _example(status: int, code: str) -> dict[str, Any]:
    message = MESSAGES.get(code, WORDS[status])
    return problem(
        status,
        code,
        message,
        **({"fields": {"modelId": ["This field is required."]}} if code == "invalid" else {}),
    )


ANSWERED: dict[str, tuple[str, dict[str, Any], Any]] = {
    "Location": (
        "The address of what was made.",
        TEXT | {"format": "uri"},
        "http://localhost:3000/api/webllm/session/…",
    ),
    "ETag": (
        "The version of this answer: send it back as If-None-Match.",
        TEXT,
        'W/"3f2a9c5e8b1d7f604c2e9a5b"',
    ),
    "Link": (
        "The next and the previous page (RFC 8288).",
        TEXT,
        '<http://localhost:3000/api/webllm/session?cursor=…>; rel="next"',
    ),
    "Retry-After": ("Seconds after which to ask again.", SECONDS, 30),
    "WWW-Authenticate": ("How to say who you are.", TEXT, 'Bearer realm="api"'),
    "Content-Disposition": ("The file's name.", TEXT, 'attachment; filename="Tides.csv"'),
    "RateLimit": (
        (
            "Each limit with how many calls it still allows (`r`) and in how many seconds it is"
            " whole again (`t`); draft-ietf-httpapi-ratelimit-headers-10."
        ),
        TEXT,
        '"calls";r=1187;t=42',
    ),
    "RateLimit-Policy": (
        "Each limit: `q` calls at the same time, and on average `q` calls in `w` seconds.",
        TEXT,
        '"calls";q=1200;w=60',
    ),
    "Idempotency-Replayed": (
        "`true` when this is the answer to an earlier request with the same Idempotency-Key.",
        TEXT,
        "true",
    ),
}
SENT: dict[str, tuple[str, dict[str, Any], Any]] = {
    "Idempotency-Key": (
        (
            "A name of yours for this request, new for each one (a UUID is good). Sent again with"
            " it, the request is done once."
        ),
        TEXT | {"minLength": 1, "maxLength": 100, "pattern": r"^[!-~]+$"},
        "0b9d3c1e-7d0c-4f43-9d2a-0f2f4f6f8a11",
    ),
    "If-None-Match": (
        "An ETag that you have: while it is true the answer is 304.",
        TEXT,
        'W/"3f2a9c5e8b1d7f604c2e9a5b"',
    ),
}


def described() -> dict[str, Any]:
    """Return the content of `components.headers`."""
    return {
        name: {"description": description, "schema": schema, "example": sample}
        for name, (description, schema, sample) in ANSWERED.items()
    }


def referred(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def sent(names: Iterable[str]) -> list[dict[str, Any]]:
    """Return request headers as parameters."""
    return [
        {
            "in": "header",
            "name": name,
            "description": description,
            "schema": schema,
            "required": False,
            "example": sample,
        }
        for name, (description, schema, sample) in ((name, SENT[name]) for name in names)
    ]


def link(**addresses: str | None) -> dict[str, str]:
    """Return a `Link` header (RFC 8288) for the relations that have a URL.

    Return an empty dict if none of them has one.
    """
    links = [f'<{address}>; rel="{relation}"' for relation, address in addresses.items() if address]
    return {"Link": ", ".join(links)} if links else {}
