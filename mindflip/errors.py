"""The answers when no view answers: problem+json under /api/, a page in the product's own look elsewhere."""

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from sessions_app.problems import MEDIA_TYPE, problem

WRONG_HOST = "This server does not go by the name in the address. Whoever runs it names it in MINDFLIP_HOSTS."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        return _api(request, 400, "unknown_host", WRONG_HOST) or defaults.bad_request(request, exception, "400_host.html")
    return _api(request, 400, "invalid", "This request cannot be read.") or defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _api(request, 403, "forbidden", "This is not yours to do.") or defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = "There is nothing at this address; no address of the API ends in a slash."
    return _api(request, 404, "not_found", sentence) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return _api(request, 500, "internal", "Something went wrong here: try again.") or defaults.server_error(request)


def _api(request: HttpRequest, status: int, code: str, sentence: str) -> HttpResponse | None:
    if not request.path.startswith("/api/"):
        return None
    return JsonResponse(problem(status, code, sentence), status=status, content_type=MEDIA_TYPE)
