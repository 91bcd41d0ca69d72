"""The language of a request or socket: the best one of LANGUAGES for its Accept-Language header.

A cookie with the name of LANGUAGE_COOKIE_NAME takes precedence, as in Django's own middleware.
Pages get the texts of their modules from `catalogue`.
"""

from collections.abc import Awaitable, Callable
from functools import cache
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
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog
from servestatic.middleware import AsyncServeStaticFileResponse

from mindflip.middleware import AsyncMiddleware

Application = Callable[..., Awaitable[None]]
FOREVER = "public, max-age=31536000, immutable"  # untranslated: a header


class LanguageMiddleware(AsyncMiddleware):
    """Middleware that activates the language of a request.

    It is Django's LocaleMiddleware without language prefixes in URLs, and asynchronous. Files are
    the same in every language.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = activate_language_of(request)
        response = await self.get_response(request)
        if not isinstance(response, AsyncServeStaticFileResponse):
            patch_vary_headers(response, ("Accept-Language",))
            response.headers.setdefault("Content-Language", language)
        return response


def activate_language_of(request: HttpRequest) -> str:
    """Activate the best language for a request, and return its code, which is in lower case."""
    language = get_language_from_request(request).lower()  # a cookie may have capitals
    activate(language)
    return language


class SocketLanguageMiddleware:
    """ASGI middleware that activates the language of a WebSocket, until the socket closes."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], *channels: Callable) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope.get("headers", ())}
        request = HttpRequest()
        request.META["HTTP_ACCEPT_LANGUAGE"] = headers.get(b"accept-language", "")
        request.COOKIES = parse_cookie(headers.get(b"cookie", ""))
        activate_language_of(request)
        await self.application(scope, *channels)


@require_safe
def catalogue(request: HttpRequest, language: str, version: str) -> HttpResponse:
    """Return the script with the texts of the modules, as static/js/client/i18n.js reads them.

    Its URL has a hash of its content, so that browsers can cache it permanently. During an upgrade,
    another process may ask for its own version, which must not be cached with this content.
    """
    script = _script(language)
    if script is None:
        raise Http404
    return HttpResponse(
        script,
        content_type="text/javascript; charset=utf-8",
        headers={
            "Content-Language": language,
            "Cache-Control": FOREVER if version == _version(script) else "no-store",
        },
    )


def catalogue_url() -> str:
    """Return the URL of the active language's script; empty if its modules are not translated."""
    language = get_language() or settings.LANGUAGE_CODE
    script = _script(language)
    return reverse("catalogue", args=[language, _version(script)]) if script else ""


def _script(language: str) -> bytes | None:
    """Return the script of a language, or None if its modules are not translated."""
    if language not in dict(settings.LANGUAGES):
        return None
    return _script_of_folder(Path(settings.LOCALE_PATHS[0]), language)


@cache
def _version(script: bytes) -> str:
    return sha256(script).hexdigest()[:12]


@cache
def _script_of_folder(folder: Path, language: str) -> bytes | None:
    """Return the script of a compiled catalogue, read once by each process, as Django does."""
    if not (folder / to_locale(language) / "LC_MESSAGES" / "djangojs.mo").exists():
        return None
    with override(language):
        return _Catalogue(packages=["mindflip"]).get(HttpRequest()).content


class _Catalogue(JavaScriptCatalog):
    """Django's view of the texts in LOCALE_PATHS."""

    def get_paths(self, packages: Any) -> list[str]:
        return [str(path) for path in settings.LOCALE_PATHS]
