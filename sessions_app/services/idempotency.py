"""A request that is sent twice with one Idempotency-Key is done once: what came of the first stands
in Redis for a day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from django.core.cache import cache

from sessions_app.exceptions import Conflict, MindFlipError

RETENTION_SECONDS = 86_400
# longer than any request takes: a key whose process was killed on the way is free again then
IN_PROGRESS_SECONDS = 120


class KeyReused(MindFlipError):
    """The key was another request's."""

    code = "key_reused"
    status = 422


@dataclass(frozen=True)
class IdempotentRequest:
    """Who asks for what: `action` names the call, `body` is what it sends; `key` is empty for a
    request without one.
    """

    user_id: int
    action: str
    key: str
    body: bytes


def run_once(request: IdempotentRequest, make: Callable[[], str]) -> tuple[str, bool]:
    """The id of what `make` made, and whether an earlier request did.

    Raises KeyReused for another body under the same key, Conflict (`in_progress`) while the first
    is still being done, and whatever `make` raises: then the key is free again.
    """
    if not request.key:
        return make(), False
    name, digest = _name(request), blake2b(request.body, digest_size=16).hexdigest()
    if not cache.add(name, {"said": digest, "id": ""}, IN_PROGRESS_SECONDS):
        return _earlier(name, digest), True
    try:
        made = make()
    except Exception:
        cache.delete(name)
        raise
    cache.set(name, {"said": digest, "id": made}, RETENTION_SECONDS)
    return made, False


def _earlier(name: str, digest: str) -> str:
    known: dict[str, str] = cache.get(name) or {"said": digest, "id": ""}
    if known["said"] != digest:
        raise KeyReused(
            "This Idempotency-Key was used for another request: make a new one for each."
        )
    if not known["id"]:
        raise Conflict(
            "The first request with this Idempotency-Key is still being done: ask again in a"
            " moment.",
            code="in_progress",
        )
    return known["id"]


def _name(request: IdempotentRequest) -> str:
    """Of a fixed length, whatever the key is."""
    key = blake2b(request.key.encode(), digest_size=16).hexdigest()
    return f"repeat:{request.user_id}:{request.action}:{key}"
