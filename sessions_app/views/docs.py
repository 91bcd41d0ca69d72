"""The API's own description: the OpenAPI document, and the page that reads it to people."""

from django.views.generic import TemplateView
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sessions_app.rest.openapi import document


class SchemaView(APIView):
    """The OpenAPI document: JSON, or YAML when Accept, `?format=yaml` or the ending `.yaml` asks
    for it.
    """

    schema = None
    permission_classes = (permissions.AllowAny,)
    renderer_classes = (
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer2,
        OpenApiYamlRenderer,
    )

    def get(self, request: Request, format: str | None = None) -> Response:
        return Response(document(), headers={"Cache-Control": "public, max-age=300"})


class DocsView(TemplateView):
    """The document to read and to try, in Swagger UI."""

    template_name = "pages/api_docs.html"
