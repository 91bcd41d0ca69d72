"""/healthz and /readyz, answered before anything else looks at the request.

A probe calls by address, over plain HTTP and as nobody: neither MINDFLIP_HOSTS nor the redirect to HTTPS may stand in its way. The
answers are the same for everybody and hold no secret.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from mindflip.operating import readiness
from sessions_app import sockets

LEAVING = "This process was asked to stop, finishes what it is at and takes nothing new: another serves."
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


PROBES: dict[str, Answer] = {"/healthz": healthz, "/readyz": readyz}


class ProbesMiddleware:
    """The first of all; see the module."""

    async_capable = True
    sync_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        if probe is None:
            return await self.get_response(request)
        response = await probe(request) if request.method in {"GET", "HEAD"} else HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        response["Cache-Control"], response["X-Content-Type-Options"] = "no-store", "nosniff"
        return response
