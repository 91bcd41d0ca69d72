"""Answers that a caller who has them already need not be sent again (RFC 9110, If-None-Match)."""

from hashlib import blake2b
from typing import Any

import msgspec
from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

FRESH = ("wsUrl",)  # a new ticket each time opens the same socket
KEPT = ("RateLimit", "RateLimit-Policy", "Link")


class ETagMixin:
    """Beside a view: GET answers with an ETag, and 304 without a body where If-None-Match has it.

    The ETag is weak, and made of what is said: it saves sending and reading, not the question to
    the database.
    """

    has_etag = True

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        answer = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc] # of the view beside it
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
        assert conditional is not None  # it was given a response
        for name in KEPT:
            if answer.has_header(name):
                conditional[name] = answer[name]
        return conditional


def _without_fresh(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _without_fresh(value) for name, value in data.items() if name not in FRESH}
    return [_without_fresh(value) for value in data] if isinstance(data, list) else data
