"""The manifest, the service worker and the offline page, which make MindFlip installable."""

import json
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

# These are the files that every page uses. Engines and libraries are cached when a page requests
# them.
SHELL = ("css/", "icons/", "js/pages/", "js/client/")
PAPER, ACCENT = "#f6f5f1", "#0a6657"
ABOUT = {
    "id": "/",
    "name": "MindFlip",
    "short_name": "MindFlip",
    "description": gettext_lazy("Flashcards written by a language model in your own browser"),
    "categories": ["education"],
    "scope": "/",
    "display": "standalone",
    "background_color": PAPER,
    "theme_color": ACCENT,
}
ICONS = (
    {"src": "icons/logo.svg", "type": "image/svg+xml", "sizes": "any"},
    {"src": "icons/icon-192.png", "type": "image/png", "sizes": "192x192"},
    {"src": "icons/icon-512.png", "type": "image/png", "sizes": "512x512"},
    {
        "src": "icons/icon-maskable-512.png",
        "type": "image/png",
        "sizes": "512x512",
        "purpose": "maskable",
    },
)
SHORTCUTS = {"home": gettext_lazy("Make flashcards"), "decks": gettext_lazy("Decks")}


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Return the web app manifest (W3C) in the active language, with hashed URLs of its icons."""
    values = {
        "lang": get_language(),
        "start_url": reverse("home"),
        "icons": [icon | {"src": static(icon["src"])} for icon in ICONS],
        "shortcuts": [{"name": name, "url": reverse(page)} for page, name in SHORTCUTS.items()],
    }
    return JsonResponse(ABOUT | values, content_type="application/manifest+json")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker, at the root so that all pages are in its scope.

    Its text changes whenever a static file changes.
    """
    shell = {
        # The offline page is cached in the language of the version.
        "version": f"{staticfiles_storage.manifest_hash}-{get_language()}",
        "offline": reverse("offline"),
        "files": shell_files(),
    }
    script = (
        "self.SHELL ="
        f" {json.dumps(shell)};\nimportScripts({json.dumps(static('js/service-worker.js'))});\n"
    )
    return HttpResponse(
        script, content_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )


def shell_files() -> list[str]:
    """Return the URLs of the files that every page uses.

    The list is empty until `collectstatic` has run.
    """
    return sorted(
        staticfiles_storage.url(name)
        for name in staticfiles_storage.hashed_files
        if name.startswith(SHELL)
    )


class OfflineView(TemplateView):
    """The page that is shown without a network.

    Browsers store it, so it is the same for all users and names none of them.
    """

    template_name = "pages/offline.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(user=None, **kwargs)
