"""Errors of the REST API as problem+json (RFC 9457).

In addition to the standard fields, each problem has a stable `code` and the integration guide's
`error` field.
"""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext
from redis.exceptions import RedisError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from sessions_app import metrics
from sessions_app.exceptions import Invalid, MindFlipError, RateLimited, Unavailable

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
# Calls that need PostgreSQL or Redis get 503 with `Retry-After` while it is unavailable. This
# includes calls whose rate limit protects a password, which must not run without the limit.
OUTAGES = (RedisError, OperationalError, InterfaceError)
CODES = {
    400: "invalid",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
}


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the response for an error, or None for an unexpected one (DRF's EXCEPTION_HANDLER).

    Unexpected errors become a 500, which `handler500` renders.
    """
    if isinstance(error, OUTAGES):
        metrics.FAILURES.add("request")
        log.warning("A request was not answered: %s", error)
        error = Unavailable(
            gettext("The server cannot do this just now: try again in a few seconds.")
        )
    if isinstance(error, MindFlipError):
        return _as_problem(_from_mindflip_error(error), context)
    if isinstance(error, Http404):
        error = exceptions.NotFound(gettext("There is nothing at this address."))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    return (
        _as_problem(_from_rest_framework(response, error), context)
        if response is not None
        else None
    )


def problem(status: int, code: str, message: str, **extensions: Any) -> dict[str, Any]:
    """Return a problem with the fields of RFC 9457, `code` and `error`."""
    return {
        "type": "about:blank",
        "title": message,
        "status": status,
        "code": code,
        "error": message,
        **extensions,
    }


def _as_problem(response: Response, context: dict[str, Any]) -> Response:
    """Set the media type, unless the error is displayed in the browsable API."""
    renderer = getattr(context.get("request"), "accepted_renderer", None)
    if renderer is None or renderer.format == "json":
        response.content_type = MEDIA_TYPE
    return response


def _from_mindflip_error(error: MindFlipError) -> Response:
    extensions = {"fields": error.fields} if isinstance(error, Invalid) and error.fields else {}
    headers = (
        {"Retry-After": str(error.retry_after)}
        if isinstance(error, RateLimited | Unavailable)
        else {}
    )
    body = problem(error.status, error.code, error.message, **extensions)
    return Response(body, status=error.status, headers=headers)


def _from_rest_framework(response: Response, error: Exception) -> Response:
    status = response.status_code
    if isinstance(error, exceptions.ValidationError):
        body = problem(
            status, "invalid", _field_message(response.data), fields=_fields(response.data)
        )
    else:
        code = "rate_limited" if status == 429 else CODES.get(status, "error")
        unexplained = gettext("This request cannot be answered.")
        body = problem(status, code, str(response.data.get("detail", unexplained)))
    headers = {
        name: response[name]
        for name in ("WWW-Authenticate", "Retry-After", "Allow")  # untranslated: headers
        if response.has_header(name)
    }
    return Response(body, status=status, headers=headers)


def _fields(data: Any) -> dict[str, list[str]]:
    if isinstance(data, dict):
        return {
            str(name): [str(message) for message in _flat(value)] for name, value in data.items()
        }
    return {"": [str(message) for message in _flat(data)]}


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in _flat(part)]
    return [leaf for part in value for leaf in _flat(part)] if isinstance(value, list) else [value]


def _field_message(data: Any) -> str:
    return " ".join(
        f"{name}: {' '.join(sentences)}" if name else " ".join(sentences)
        for name, sentences in _fields(data).items()
    )
