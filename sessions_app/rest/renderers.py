"""Renderers for JSON and for the browsable API."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from rest_framework import renderers
from rest_framework.renderers import BrowsableAPIRenderer


class JSONRenderer(renderers.JSONRenderer):
    """Renders any value, even text with lone surrogates.

    UTF-8 cannot represent lone surrogates, so they are written as escapes, as clients send them.
    """

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> Any:
        try:
            return super().render(data, accepted_media_type, renderer_context)
        except UnicodeEncodeError:
            return _Escaped().render(data, accepted_media_type, renderer_context)


class _Escaped(renderers.JSONRenderer):
    ensure_ascii = True


class ExampleRenderer(BrowsableAPIRenderer):
    """The browsable API, with forms that contain the examples of the OpenAPI document."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> str:
        """Return the page, with a question mark in place of each lone surrogate.

        The page may quote them from a request body, but UTF-8 cannot represent them.
        """
        page: str = super().render(data, accepted_media_type, renderer_context)
        return page.encode("utf-8", "replace").decode()

    def get_description(self, view: Any, status_code: int) -> SafeString:
        """Return the view's docstring as HTML, or nothing if the user may not use the view."""
        description = view.get_view_description() if status_code not in {401, 403} else ""
        return mark_safe(MarkdownIt("js-default").render(description))  # noqa: S308 - our own docstrings

    def get_raw_data_form(self, data: Any, view: Any, method: str, request: Any) -> Any:
        form = super().get_raw_data_form(data, view, method, request)
        call = getattr(view.schema, "calls", {}).get(method.lower())
        if form is not None and call is not None and call.example is not None:
            form.initial["_content"] = json.dumps(call.example, indent=4, ensure_ascii=False)
        return form
