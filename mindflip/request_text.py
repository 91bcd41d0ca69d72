"""Rejection of text in requests that Django cannot decode or PostgreSQL cannot compare."""

import codecs
from collections.abc import Mapping
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext

from mindflip.errors import bad_request
from mindflip.middleware import AsyncMiddleware
from sessions_app.exceptions import Invalid
from sessions_app.problems import MEDIA_TYPE, problem

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
UTF_8 = ("utf-8", "ascii")

_refuse = sync_to_async(bad_request)


class RequestHandler(ASGIHandler):
    """Django's ASGI handler, with a 400 response to a Content-Type that it cannot decode.

    Django fails if a parameter of the header uses an encoding that Python does not know.
    """

    def create_request(
        self, scope: Mapping[str, Any], body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        try:
            return super().create_request(scope, body_file)
        except ValueError:
            message = gettext(
                "Content-Type: Use a media type without encoded parameters, such as"
                " application/json."
            )
            return None, JsonResponse(
                problem(400, "invalid", message), status=400, content_type=MEDIA_TYPE
            )


class RequestTextMiddleware(AsyncMiddleware):
    """Middleware that rejects URLs with a NUL character and forms that are not in UTF-8.

    Cookies with a NUL character are ignored. The charset of a form can name any of Python's codecs,
    including codecs that are not for text.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (
            request.encoding
            and request.content_type in FORMS
            and codecs.lookup(request.encoding).name not in UTF_8
        ):
            return await _refuse(request, Invalid(gettext("Encode the form as UTF-8.")))
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return await _refuse(request, _nul(request))
        request.COOKIES = {
            name: value for name, value in request.COOKIES.items() if "\0" not in value
        }
        return await self.get_response(request)


def _nul(request: HttpRequest) -> Invalid:
    """Return the error for a URL with a NUL character.

    The error names the parameters that contain the character. It names none if only the path does.
    """
    names = [name for name, values in request.GET.lists() if "\0" in "".join([name, *values])]
    message = gettext("Remove the NUL character (%00).")
    return Invalid(
        " ".join([*(f"{name}:" for name in names), message]),
        fields={name: [message] for name in names},
    )
