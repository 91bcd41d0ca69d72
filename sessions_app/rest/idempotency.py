"""The header Idempotency-Key: a request that is sent twice with one key is done once.

The id of what the first request made is kept in Redis for a day.
"""

import json
import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from django.core.cache import cache
from rest_framework.request import Request

from sessions_app.exceptions import Conflict, Invalid, MindFlipError

KEY = re.compile(r"[!-~]{1,100}")
RETENTION_SECONDS = 86_400
# longer than any request takes: afterwards, the key of a process that was killed is free again
IN_PROGRESS_SECONDS = 120


class KeyReused(MindFlipError):
    """The key belongs to another request."""

    code = "key_reused"
    status = 422


def idempotency_key(request: Request) -> str:
    """Return the key, empty without one. Raise Invalid if it is not valid."""
    key: str | None = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        message = "Give 1 to 100 visible ASCII characters, such as a UUID."
        raise Invalid(f"Idempotency-Key: {message}", fields={"Idempotency-Key": [message]})
    return key or ""


def idempotent(
    request: Request, action: str, make: Callable[[], Any]
) -> tuple[str, dict[str, str]]:
    """Return the id of what `make` made, now or for an earlier request with this key, and headers
    that say which. `action` names the call.
    """
    key = idempotency_key(request)
    if not key:
        return str(make()), {}
    body = json.dumps(request.data, sort_keys=True, default=str)
    name = f"repeat:{request.user.pk or 0}:{action}:{_digest(key)}"
    made, is_repeated = run_once(name, _digest(body), lambda: str(make()))
    return made, {"Idempotency-Replayed": "true"} if is_repeated else {}


def run_once(name: str, digest: str, make: Callable[[], str]) -> tuple[str, bool]:
    """Return the id of what `make` made under this name, and whether an earlier request did.

    Raises KeyReused for another body's digest under the same name, Conflict (`in_progress`) while
    the first request is being done, and whatever `make` raises: then the name is free again.
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
            "This Idempotency-Key was used for another request: make a new one for each."
        )
    if not earlier["id"]:
        raise Conflict(
            "The first request with this Idempotency-Key is still being done: ask again in a"
            " moment.",
            code="in_progress",
        )
    return earlier["id"], True


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
