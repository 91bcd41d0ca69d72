"""What operators see of each request: /healthz, /readyz and /metrics, and one log line for every
other.

The probes are answered before anything else looks at the request. A probe calls by address, over
plain HTTP and as nobody: neither MINDFLIP_ALLOWED_HOSTS nor the redirect to HTTPS may stand in its
way. The answers of the first two are the same for everybody and hold no secret.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from mindflip.middleware import AsyncMiddleware
from mindflip.monitoring.health import unavailable_parts
from mindflip.monitoring.metrics import can_read_metrics, exposition
from sessions_app import hashers, log_context, socket_registry
from sessions_app.lockout import client_address

DRAINING = (
    "This process was asked to stop, finishes what it is at and takes nothing new: another serves."
)
CLOSED = (
    "Metrics are for MINDFLIP_METRICS_ADDRESSES, and for who brings MINDFLIP_METRICS_TOKEN as a"
    " bearer token.\n"
)
Answer = Callable[[HttpRequest], Awaitable[HttpResponse]]
log = logging.getLogger(__name__)
HEADER = "X-Request-ID"
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,100}")


async def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all; nothing else is asked."""
    return JsonResponse({"status": "ok"})


async def readyz(request: HttpRequest) -> HttpResponse:
    """200 when this process can serve, else 503 with the missing parts, each in a sentence."""
    leaving = {"process": DRAINING} if socket_registry.is_draining() else {}
    missing = leaving | await unavailable_parts()
    body: dict[str, Any] = (
        {"status": "missing", "missing": missing} if missing else {"status": "ready"}
    )
    return JsonResponse(body, status=503 if missing else 200)


async def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, for those who may read it."""
    if not can_read_metrics(request):
        return HttpResponse(CLOSED, status=403, content_type="text/plain")
    return HttpResponse(await exposition(), content_type=CONTENT_TYPE_LATEST)


PROBES: dict[str, Answer] = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}


class ProbesMiddleware(AsyncMiddleware):
    """The first of all; see the module."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        if probe is None:
            return await self.get_response(request)
        response = (
            await probe(request)
            if request.method in {"GET", "HEAD"}
            else HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        )
        response["Cache-Control"], response["X-Content-Type-Options"] = "no-store", "nosniff"
        return response


class RequestLogMiddleware(AsyncMiddleware):
    """Binds the ids of request, session and generation to every line that the request writes; gives
    the request's back as `X-Request-ID`, taken from a proxy or made here.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = perf_counter()
        given = request.headers.get(HEADER, "")
        request_id = given if _USABLE.fullmatch(given) else uuid4().hex
        log_context.bind(request_id=request_id)
        response = await self.get_response(request)
        response.headers[HEADER] = request_id
        if socket_registry.is_draining():
            response.headers["Connection"] = "close"  # the next request goes to another process
        # Log the path without the query, which may contain tickets and tokens.
        line = {
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "seconds": round(perf_counter() - begun, 4),
        }
        log.info("%s %s %d", request.method, request.path, response.status_code, extra=line)
        return response

    async def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> None:
        """Bind the ids in the URL, and the address whose turn it is to have a password hashed."""
        hashers.client.set(client_address(request))
        log_context.bind(
            **{name: kwargs[name] for name in ("session_id", "generation_id") if name in kwargs}
        )
