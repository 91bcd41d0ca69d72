"""The OpenAPI document of the API, and a page that displays it."""

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
    """The OpenAPI document, as JSON or YAML.

    For YAML, use the `Accept` header, `?format=yaml` or the extension `.yaml`.
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
        headers = {"Cache-Control": "public, max-age=300"}  # untranslated: a header
        return Response(document(), headers=headers)


class DocsView(TemplateView):
    """The OpenAPI document in Swagger UI, where users can read it and try the calls."""

    template_name = "pages/api_docs.html"
