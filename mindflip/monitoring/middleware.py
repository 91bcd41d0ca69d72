"""Middleware for the probes /healthz, /readyz and /metrics, and for the request log.

The probes come before all other middleware except CSPMiddleware. Clients request them by IP
address, over plain HTTP and without signing in, so MINDFLIP_ALLOWED_HOSTS and the redirect to HTTPS
must not affect them. The responses of /healthz and /readyz are the same for all clients and contain
no secrets.
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
    """Respond with 200 if this process is running, without further checks."""
    return JsonResponse({"status": "ok"})


async def readyz(request: HttpRequest) -> HttpResponse:
    """Respond with 200 if this process can serve, or else 503 with a message per missing part."""
    leaving = {"process": DRAINING} if socket_registry.is_draining() else {}
    missing = leaving | await unavailable_parts()
    body: dict[str, Any] = (
        {"status": "missing", "missing": missing} if missing else {"status": "ready"}
    )
    return JsonResponse(body, status=503 if missing else 200)


async def metrics(request: HttpRequest) -> HttpResponse:
    """Respond with the metrics in Prometheus' text format, or 403 if the client has no access."""
    if not can_read_metrics(request):
        return HttpResponse(CLOSED, status=403, content_type="text/plain")
    return HttpResponse(await exposition(), content_type=CONTENT_TYPE_LATEST)


PROBES: dict[str, Answer] = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}


class ProbesMiddleware(AsyncMiddleware):
    """Middleware that responds to the probes before hosts, HTTPS or users are checked."""

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
    """Middleware that logs each request, and adds IDs to all log lines that belong to it.

    These are the IDs of the request, the session and the generation. The ID of the request comes
    from its `X-Request-ID` header. If that is missing or invalid, an ID is generated. The response
    contains the ID in the same header.
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
        # The path is logged without the query, which may contain tickets and tokens.
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
        """Bind the IDs in the URL to log lines, and set the client for fair password hashing."""
        hashers.client.set(client_address(request))
        log_context.bind(
            **{name: kwargs[name] for name in ("session_id", "generation_id") if name in kwargs}
        )
