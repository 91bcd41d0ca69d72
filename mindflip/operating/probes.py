"""/healthz, /readyz and /metrics, answered before anything else looks at the request.

A probe calls by address, over plain HTTP and as nobody: neither MINDFLIP_HOSTS nor the redirect to HTTPS may stand in its way. The
answers of the first two are the same for everybody and hold no secret.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from mindflip.async_middleware import AsyncMiddleware
from mindflip.operating import readiness
from mindflip.operating.gate import may_read_metrics
from mindflip.operating.metrics import exposition
from sessions_app import sockets

LEAVING = "This process was asked to stop, finishes what it is at and takes nothing new: another serves."
CLOSED = "Metrics are for MINDFLIP_METRICS_ADDRESSES, and for who brings MINDFLIP_METRICS_TOKEN as a bearer token.\n"
Answer = Callable[[HttpRequest], Awaitable[HttpResponse]]


async def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all; nothing else is asked."""
    return JsonResponse({"status": "ok"})


async def readyz(request: HttpRequest) -> HttpResponse:
    """200 when this process can serve, else 503 with the missing parts, each in a sentence."""
    leaving = {"process": LEAVING} if sockets.are_leaving() else {}
    missing = leaving | await readiness.missing_parts()
    body: dict[str, Any] = {"status": "missing", "missing": missing} if missing else {"status": "ready"}
    return JsonResponse(body, status=503 if missing else 200)


async def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, for those who may read it."""
    if not may_read_metrics(request):
        return HttpResponse(CLOSED, status=403, content_type="text/plain")
    return HttpResponse(await exposition(), content_type=CONTENT_TYPE_LATEST)


PROBES: dict[str, Answer] = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}


class ProbesMiddleware(AsyncMiddleware):
    """The first of all; see the module."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        if probe is None:
            return await self.get_response(request)
        response = await probe(request) if request.method in {"GET", "HEAD"} else HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        response["Cache-Control"], response["X-Content-Type-Options"] = "no-store", "nosniff"
        return response
