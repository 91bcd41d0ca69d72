"""The old URLs of the previous version, which redirect to the new ones with 308.

Remove this module, its line in `urls.py` and its tests in the next release.
"""

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.csrf import csrf_exempt

app_name = "legacy"
IGNORED_DUPLICATES = "admin:flashcards_ignoredduplicate_changelist"


@csrf_exempt  # the new URL checks the redirected request
def moved(request: HttpRequest, to: str, below: str = "", **ids: Any) -> HttpResponse:
    """Redirect a request with any method to the URL named `to`, with an empty body.

    The client repeats the request with the same method and body, because the status is 308.
    `below` is the rest of the path, which is appended to the new URL. Browsers must not cache the
    redirect, because the old URL is valid again after a rollback to the previous version.
    """
    query = request.META.get("QUERY_STRING", "")
    address = reverse(to, kwargs=ids) + quote(below) + (f"?{query}" if query else "")
    response = HttpResponsePermanentRedirect(address, preserve_request=True)
    response["Cache-Control"] = "no-store"
    del response["Content-Type"]
    return response


def _moved(old: str, to: str, name: str = "") -> URLPattern:
    return path(old, moved, {"to": to}, name=name or to)


urlpatterns = [
    _moved("decks/bin", "trash"),
    _moved("api/flashcards/bin", "api-trash"),
    _moved("api/flashcards/bin/decks", "api-trash-decks"),
    _moved("api/flashcards/bin/decks/<uuid:deck_id>", "api-trash-deck"),
    _moved("api/flashcards/bin/cards", "api-trash-cards"),
    _moved("api/flashcards/bin/cards/<uuid:card_id>", "api-trash-card"),
    _moved("api/flashcards/cards/move", "api-cards-move"),
    _moved("api/flashcards/cards/tag", "api-cards-tag"),
    _moved("api/flashcards/cards/delete", "api-cards-delete"),
    _moved("api/flashcards/cards/restore", "api-cards-restore"),
    _moved("admin/flashcards/kepttwins/", IGNORED_DUPLICATES, "admin-duplicates"),
    _moved("admin/flashcards/kepttwins/<path:below>", IGNORED_DUPLICATES, "admin-duplicate"),
]
