"""The language of a request or socket: the best one of LANGUAGES for its Accept-Language header.

A cookie with the name of LANGUAGE_COOKIE_NAME takes precedence, as in Django's own middleware.
Pages get the texts of their modules from `CatalogueView`.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, parse_cookie
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import (
    activate,
    get_language,
    get_language_from_request,
    override,
    to_locale,
)
from django.views.i18n import JavaScriptCatalog
from servestatic.middleware import AsyncServeStaticFileResponse

from mindflip.middleware import AsyncMiddleware

Application = Callable[..., Awaitable[None]]


class LanguageMiddleware(AsyncMiddleware):
    """Middleware that activates the language of a request.

    It is Django's LocaleMiddleware without language prefixes in URLs, and asynchronous. Files are
    the same in every language.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = get_language_from_request(request)
        activate(language)
        response = await self.get_response(request)
        if not isinstance(response, AsyncServeStaticFileResponse):
            patch_vary_headers(response, ("Accept-Language",))
            response.headers.setdefault("Content-Language", language)
        return response


class SocketLanguageMiddleware:
    """ASGI middleware that activates the language of a WebSocket, until the socket closes."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], *channels: Callable) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope.get("headers", ())}
        request = HttpRequest()
        request.META["HTTP_ACCEPT_LANGUAGE"] = headers.get(b"accept-language", "")
        request.COOKIES = parse_cookie(headers.get(b"cookie", ""))
        activate(get_language_from_request(request))
        await self.application(scope, *channels)


class CatalogueView(JavaScriptCatalog):
    """The script with the texts of the modules in one language, as static/js/client/i18n.js reads.

    Its content depends on the hash in its URL, so browsers can cache it permanently.
    """

    packages = ["mindflip"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = kwargs["language"]
        if _compiled(language) is None:
            raise Http404
        with override(language):
            response = super().get(request)
        response["Content-Language"] = language
        response["Cache-Control"] = "public, max-age=31536000, immutable"  # untranslated: a header
        return response

    def get_paths(self, packages: Any) -> list[str]:
        return [str(path) for path in settings.LOCALE_PATHS]


def catalogue_url() -> str:
    """Return the URL of the active language's script; empty if its modules are not translated."""
    language = get_language() or settings.LANGUAGE_CODE
    content = _compiled(language)
    if content is None:
        return ""
    return reverse("catalogue", args=[language, sha256(content).hexdigest()[:12]])


def _compiled(language: str) -> bytes | None:
    """Return the compiled catalogue of modules, or None if there is none in this language."""
    if language not in dict(settings.LANGUAGES):
        return None
    path = Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES" / "djangojs.mo"
    return path.read_bytes() if path.exists() else None
