"""Where HTTP enters Django."""

from collections.abc import Mapping
from typing import IO, Any

from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpResponseBase, JsonResponse

from sessions_app.problems import MEDIA_TYPE, problem

CONTENT_TYPE = (
    "Content-Type: Use a media type without encoded parameters, such as application/json."
)


class RequestHandler(ASGIHandler):
    """Django's handler, which fails on a Content-Type with a parameter in an encoding that Python
    does not know.
    """

    def create_request(
        self, scope: Mapping[str, Any], body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        try:
            return super().create_request(scope, body_file)
        except ValueError:
            return None, JsonResponse(
                problem(400, "invalid", CONTENT_TYPE), status=400, content_type=MEDIA_TYPE
            )
