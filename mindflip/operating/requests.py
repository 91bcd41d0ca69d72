"""One log line for each request, and the id by which it is found again: `X-Request-ID`, taken from a proxy or made here."""

import logging
import re
from time import perf_counter
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponseBase

from mindflip.async_middleware import AsyncMiddleware
from sessions_app import hashers, log_ids, sockets
from sessions_app.lockout import client_address

log = logging.getLogger(__name__)
HEADER = "X-Request-ID"
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,100}")


class RequestsMiddleware(AsyncMiddleware):
    """Binds the ids of request, session and generation to every line that the request writes; gives the request's back."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = perf_counter()
        given = request.headers.get(HEADER, "")
        request_id = given if _USABLE.fullmatch(given) else uuid4().hex
        log_ids.bind(request_id=request_id)
        response = await self.get_response(request)
        response.headers[HEADER] = request_id
        if sockets.are_leaving():
            response.headers["Connection"] = "close"  # the next request goes to another process
        _write(request, response, perf_counter() - begun)
        return response

    async def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Bind the ids in the URL, and the address whose turn it is to have a password hashed."""
        hashers.client.set(client_address(request))
        log_ids.bind(**{name: kwargs[name] for name in ("session_id", "generation_id") if name in kwargs})


def _write(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Without the query: tickets and tokens may stand in it."""
    line = {"method": request.method, "path": request.path, "status": response.status_code, "seconds": round(seconds, 4)}
    log.info("%s %s %d", request.method, request.path, response.status_code, extra=line)
