"""Error handlers that respond with problem+json under /api/ and with a page elsewhere.

They replace Django's own error views. Those read the form to find its CSRF token, so they fail
again if reading the form caused the error. Django calls the handlers in threads whose database
connections are not closed after a request. Pages that show the signed-in user open one, so these
handlers return it to the pool.
"""

from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from sessions_app.exceptions import Invalid
from sessions_app.problems import MEDIA_TYPE, problem
from sessions_app.sync_executor import releasing_connection


@releasing_connection
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        message = gettext(
            "This server does not go by the name in the address. Whoever runs it names it in"
            " MINDFLIP_ALLOWED_HOSTS."
        )
        return _api(request, 400, "unknown_host", message) or render(
            request, "400_host.html", status=400
        )
    refusal = (
        exception
        if isinstance(exception, Invalid)
        else Invalid(gettext("This request cannot be read."))
    )
    fields = {"fields": refusal.fields} if refusal.fields else {}
    return _api(request, 400, refusal.code, refusal.message, **fields) or render(
        request, "400.html", status=400
    )


@releasing_connection
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _api(request, 403, "forbidden", gettext("This is not yours to do.")) or render(
        request, "403.html", status=403
    )


@releasing_connection
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    message = gettext("There is nothing at this address; no address of the API ends in a slash.")
    return _api(request, 404, "not_found", message) or render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    message = gettext("Something went wrong here: try again.")
    return _api(request, 500, "internal", message) or HttpResponse(
        render_to_string("500.html"), status=500
    )


def _api(
    request: HttpRequest, status: int, code: str, message: str, **extensions: Any
) -> HttpResponse | None:
    if not request.path.startswith("/api/"):
        return None
    return JsonResponse(
        problem(status, code, message, **extensions), status=status, content_type=MEDIA_TYPE
    )
