"""The `Idempotency-Key` header, with which a request that is sent again is processed only once.

The ID of the object that the first request created is kept in Redis for a day.
"""

import json
import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext
from rest_framework.request import Request

from sessions_app.exceptions import Conflict, Invalid, MindFlipError

KEY = re.compile(r"[!-~]{1,100}")
RETENTION_SECONDS = 86_400
# Longer than any request takes. If the process is killed, its key is free again after this time.
IN_PROGRESS_SECONDS = 120


class KeyReused(MindFlipError):
    """The key was already used for a different request."""

    code = "key_reused"
    status = 422


def idempotency_key(request: Request) -> str:
    """Return the idempotency key of a request, or an empty string if it has no key.

    Raise Invalid if the key is not valid.
    """
    key: str | None = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        message = gettext("Give 1 to 100 visible ASCII characters, such as a UUID.")
        raise Invalid(f"Idempotency-Key: {message}", fields={"Idempotency-Key": [message]})
    return key or ""


def idempotent(
    request: Request, action: str, make: Callable[[], Any]
) -> tuple[str, dict[str, str]]:
    """Return the ID that `make` returned for the first request with this key, and headers.

    The headers indicate whether the ID is from an earlier request. `action` is the name of the
    call. Without a key, always call `make`. Raise Invalid if the key is not valid, and the errors
    of `run_once`.
    """
    key = idempotency_key(request)
    if not key:
        return str(make()), {}
    body = json.dumps(request.data, sort_keys=True, default=str)
    name = f"repeat:{request.user.pk or 0}:{action}:{_digest(key)}"
    made, is_repeated = run_once(name, _digest(body), lambda: str(make()))
    return made, {"Idempotency-Replayed": "true"} if is_repeated else {}


def run_once(name: str, digest: str, make: Callable[[], str]) -> tuple[str, bool]:
    """Return the ID that `make` returned under this name, and whether an earlier request made it.

    Raise KeyReused if the earlier request had a different digest, and Conflict (`in_progress`)
    while the first request is being processed. If `make` raises an exception, raise it; the name is
    then free again.
    """
    if cache.add(name, {"said": digest, "id": ""}, IN_PROGRESS_SECONDS):
        try:
            made = make()
        except Exception:
            cache.delete(name)
            raise
        cache.set(name, {"said": digest, "id": made}, RETENTION_SECONDS)
        return made, False
    earlier: dict[str, str] = cache.get(name) or {"said": digest, "id": ""}
    if earlier["said"] != digest:
        raise KeyReused(
            gettext("This Idempotency-Key was used for another request: make a new one for each.")
        )
    if not earlier["id"]:
        raise Conflict(
            gettext(
                "The first request with this Idempotency-Key is still being done: ask again in a"
                " moment."
            ),
            code="in_progress",
        )
    return earlier["id"], True


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
