"""Conditional requests (RFC 9110, If-None-Match), which save sending unchanged responses."""

from hashlib import blake2b
from typing import Any

import msgspec
from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

FRESH = ("wsUrl",)  # its ticket is always new, but opens the same socket
KEPT = ("RateLimit", "RateLimit-Policy", "Link")  # untranslated: headers


class ETagMixin:
    """Mixin for views that adds an ETag to responses to GET requests.

    If the ETag matches If-None-Match, the response is a 304 without a body. The ETag is weak and is
    computed from the response, so it saves the transfer, but not the database queries.
    """

    has_etag = True

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        answer = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc] # defined by the view
        if (
            request.method not in {"GET", "HEAD"}
            or answer.status_code != 200
            or not isinstance(answer.accepted_renderer, JSONRenderer)
        ):
            return answer
        content = msgspec.json.encode(_without_fresh(answer.data), enc_hook=str)
        answer["ETag"] = f'W/"{blake2b(content, digest_size=12).hexdigest()}"'
        conditional = get_conditional_response(
            request._request, etag=answer["ETag"], response=answer
        )
        assert conditional is not None  # because a response is passed
        for name in KEPT:
            if answer.has_header(name):
                conditional[name] = answer[name]
        return conditional


def _without_fresh(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _without_fresh(value) for name, value in data.items() if name not in FRESH}
    return [_without_fresh(value) for value in data] if isinstance(data, list) else data
